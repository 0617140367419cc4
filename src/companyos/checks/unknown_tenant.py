"""Overrides and static subjects belong to tenants that exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-tenant",
    Severity.ERROR,
    "an override or a static subject names an unknown tenant",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each tenant that is named and not declared."""
    names = Names(
        "tenant",
        "add it below `config/tenants/`",
        declared(tenant.id for tenant in facts.tenants),
        facts.broken.tenants,
    )
    uses = [each.tenant for flag in facts.flags for each in flag.overrides]
    uses += [subject.tenant for subject in facts.subjects or ()]
    yield from unknown(CHECK, uses, names)
