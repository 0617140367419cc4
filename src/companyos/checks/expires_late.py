"""A flag's date is further away than flags of its kind should live."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.lifetimes import LIFETIMES
from companyos.findings import Finding, Severity

CHECK = Check(
    "flag/expires-late",
    Severity.INFO,
    "a flag's date is beyond the life time of its kind",
)


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each flag that would still live after its kind's time, begun today."""
    for flag in facts.flags:
        lifetime = LIFETIMES.get(flag.kind)
        if not flag.expires or lifetime is None:
            continue
        # The day that is named counts in full, so it ends a day later. Nothing is added
        # to `now`, which may be the last day that there is.
        if flag.expires.end - lifetime - timedelta(days=1) > now:
            yield CHECK.finding(
                flag.expires.word,
                f"flag `{flag.id.text}` of kind {flag.kind} has more than "
                f"{lifetime.days} days to live",
                label="long for its kind",
                hint="choose an earlier date, or another `kind`",
            )
