"""Roles do not inherit each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.cycles import cycles, spelled
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "policy/role-cycle", Severity.ERROR, "roles inherit each other in a circle"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each circle, at the reference that closes it."""
    roles = facts.catalog.roles if facts.catalog else ()
    for circle in cycles({role.name.text: role.inherits for role in roles}):
        yield CHECK.finding(
            circle[0],
            f"roles inherit each other in a circle: {spelled(circle)}",
            label="part of the circle",
            hint="take one `inherits` out",
        )
