"""A flag that outlives its date is forgotten code; it should be taken out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check("flag/expired", Severity.WARNING, "a flag's date is over")


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each flag whose last day is before this one."""
    for flag in facts.flags:
        if flag.expires and flag.expires.end <= now:
            yield CHECK.finding(
                flag.expires.word,
                f"flag `{flag.id.text}` has expired",
                label="this day is over",
                hint="take the flag out of the code and delete it, or move the date",
            )
