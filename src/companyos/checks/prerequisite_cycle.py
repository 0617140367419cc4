"""Flags do not wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.cycles import cycles, spelled
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "flag/prerequisite-cycle",
    Severity.ERROR,
    "flags are each other's prerequisites in a circle",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each circle, at the reference that closes it."""
    edges = {
        flag.id.text: tuple(each.flag for each in flag.prerequisites)
        for flag in facts.flags
    }
    for circle in cycles(edges):
        yield CHECK.finding(
            circle[0],
            f"flags are each other's prerequisites in a circle: {spelled(circle)}",
            label="part of the circle",
            hint="take one prerequisite out",
        )
