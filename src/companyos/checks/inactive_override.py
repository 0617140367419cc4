"""Overrides of a flag that is killed or archived are not asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity
from companyos.flags.vocabulary import FlagState

CHECK = Check(
    "flag/override-inactive",
    Severity.INFO,
    "a killed or archived flag has overrides",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield one finding for each such flag, at its first override, with a count."""
    for flag in facts.flags:
        if flag.state is FlagState.ACTIVE or not flag.overrides:
            continue
        word = min((each.tenant for each in flag.overrides), key=lambda w: w.place)
        yield CHECK.finding(
            word,
            f"flag `{flag.id.text}` is {flag.state}, so its overrides do not hold",
            label="not asked",
            hint="delete them if the flag stays so; killed is killed for everybody",
        )
