"""A flag that is about to expire, while there is time to take it out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check("flag/expires-soon", Severity.INFO, "a flag's date is two weeks away")

SOON = timedelta(days=14)


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each flag whose last day is near and not over."""
    for flag in facts.flags:
        if flag.expires and flag.expires.end - SOON <= now < flag.expires.end:
            yield CHECK.finding(
                flag.expires.word,
                f"flag `{flag.id.text}` expires soon",
                label=f"within {SOON.days} days",
                hint="take the flag out of the code and delete it",
            )
