"""Tenants take part in flags, and services read flags, that exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-flag", Severity.ERROR, "a tenant or a service names an unknown flag"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each flag that is named and not declared."""
    names = Names(
        "flag",
        "add it below `config/flags/`",
        declared(flag.id for flag in facts.flags),
        facts.broken.flags,
    )
    services = facts.catalog.services if facts.catalog else ()
    uses = [word for service in services for word in service.flags]
    if not names.have(facts.members):
        uses += [word for tenant in facts.tenants for word in tenant.flags]
    yield from unknown(CHECK, uses, names)
