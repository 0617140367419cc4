"""A tenant's data lives in a region that regions.yaml declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-region", Severity.ERROR, "a tenant names an unknown data region"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each region that tenants name and nobody declares."""
    if facts.regions is None:
        return
    names = Names(
        "data region",
        "declare it in `config/regions.yaml`",
        declared(region.name for region in facts.regions),
    )
    yield from unknown(CHECK, (tenant.region for tenant in facts.tenants), names)
