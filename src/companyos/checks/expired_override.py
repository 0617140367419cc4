"""An override whose time is over does not hold any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check("flag/override-expired", Severity.WARNING, "an override's date is over")


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each override whose last day is before this one."""
    for flag in facts.flags:
        for override in flag.overrides:
            if override.until and override.until.end <= now:
                yield CHECK.finding(
                    override.until.word,
                    f"the override for `{override.tenant.text}` is over",
                    label="this day is over",
                    hint="delete the override, or move its date",
                )
