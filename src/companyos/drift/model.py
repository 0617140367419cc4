"""The words of a drift report.

A report holds rows only for what differs. Where all tenants of a service stand alike,
one row without a tenant says so: ten thousand tenants in sync are not forty thousand
rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What is compared."""

    ARTIFACT = "artifact"
    TENANT = "tenant"
    POLICIES = "policies"
    FLAGS = "flags"


TENANT_PARTS = (Part.TENANT, Part.POLICIES, Part.FLAGS)


class Standing(StrEnum):
    """How one part stands.

    `pending`: what was promoted here before, and the newest promotion is young.
    `stale`: the report is too old to say. `unknown`: there is no usable report.
    """

    IN_SYNC = "in_sync"
    PENDING = "pending"
    DRIFT = "drift"
    STALE = "stale"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """The answer of a whole report: drift that was seen outweighs what was not."""

    IN_SYNC = "in_sync"
    DRIFT = "drift"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """How one part of one tenant stands; without a tenant, that of all of them."""

    part: Part
    standing: Standing
    tenant_id: str | None = None
    desired: str | None = None
    loaded: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ServiceDrift:
    """One service. `counts` has how many parts stand how, over all its tenants."""

    service: str
    instance: str
    root: str | None
    rows: tuple[Row, ...]
    counts: Mapping[Standing, int]


@dataclass(frozen=True, slots=True)
class DriftReport:
    """Every service of one stage against what the stage should run."""

    stage: str
    root: str
    services: tuple[ServiceDrift, ...]

    @property
    def counts(self) -> Mapping[Standing, int]:
        """Return how many parts stand how, over all services."""
        total: Counter[Standing] = Counter()
        for service in self.services:
            total.update(service.counts)
        return {standing: total[standing] for standing in Standing}

    @property
    def verdict(self) -> Verdict:
        """Return the answer; no service at all is no answer."""
        counts = self.counts
        if counts[Standing.DRIFT]:
            return Verdict.DRIFT
        unsure = counts[Standing.UNKNOWN] + counts[Standing.STALE]
        if unsure or not self.services:
            return Verdict.UNKNOWN
        return Verdict.IN_SYNC
