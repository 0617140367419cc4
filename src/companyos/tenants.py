"""Tenants: who the platform serves, and where each one's data lives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

ID_PATTERN = r"[a-z][a-z0-9-]{0,62}"
"""The form of every id: tenant, policy bundle, flag, rule, stage, service, region."""

is_id = re.compile(ID_PATTERN).fullmatch


class DataClassification(StrEnum):
    """How carefully a tenant's data must be handled, most open first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Tenant:
    """One customer, as the desired state describes it.

    `env` is the stage that carries the tenant's live traffic; `feature_flags` are the
    flags it takes part in, any other flag answers its default.
    """

    tenant_id: str
    display_name: str
    env: str
    policy_bundle_ref: str
    feature_flags: frozenset[str]
    data_region: str
    owner_contact: str
    data_classification: DataClassification | None = None


@dataclass(frozen=True, slots=True)
class Regions:
    """Which data region each country (ISO 3166-1 alpha-2) belongs to."""

    by_country: Mapping[str, str]

    def of(self, country: str | None) -> str | None:
        """Return the data region of `country`, or None where none is declared."""
        return None if country is None else self.by_country.get(country)
