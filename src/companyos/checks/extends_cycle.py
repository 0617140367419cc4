"""Policy bundles do not extend each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.cycles import cycles, spelled
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "policy/extends-cycle",
    Severity.ERROR,
    "policy bundles extend each other in a circle",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each circle, at the reference that closes it."""
    for circle in cycles({each.id.text: each.extends for each in facts.bundles}):
        yield CHECK.finding(
            circle[0],
            f"policy bundles extend each other in a circle: {spelled(circle)}",
            label="part of the circle",
            hint="take one `extends` out",
        )
