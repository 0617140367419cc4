"""A flag that requires an archived one waits for what does not come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Related, Severity
from companyos.flags.vocabulary import FlagState

CHECK = Check(
    "flag/archived-prerequisite",
    Severity.WARNING,
    "a flag requires a flag that is archived",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each prerequisite that names an archived flag."""
    archived = {
        flag.id.text: flag for flag in facts.flags if flag.state is FlagState.ARCHIVED
    }
    for flag in facts.flags:
        if flag.state is FlagState.ARCHIVED:
            continue
        for required in flag.prerequisites:
            if other := archived.get(required.flag.text):
                yield CHECK.finding(
                    required.flag,
                    f"flag `{required.flag.text}` is archived",
                    label="answers `off` for ever",
                    hint="delete the prerequisite",
                    related=(Related(other.id.place, "the archived flag"),),
                )
