"""A flag that can give one answer only decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, FlagFacts
from companyos.checks.flag_answers import otherwise
from companyos.findings import Finding, Severity
from companyos.flags.vocabulary import FlagKind, FlagState

CHECK = Check("flag/constant", Severity.INFO, "a flag's file leaves it one answer only")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each active flag without a choice; kill switches wait to be killed."""
    for flag in facts.flags:
        if flag.kind is not FlagKind.KILL_SWITCH and is_constant(flag):
            yield CHECK.finding(
                flag.id,
                f"flag `{flag.id.text}` always answers `{flag.default}`",
                label="nothing here makes a difference",
                hint="add an override, a rule or a rollout, or write the answer into "
                "the code and delete the flag",
            )


def is_constant(flag: FlagFacts) -> bool:
    """Return whether the file has nothing by which answers could differ."""
    given = set(otherwise(flag)).union(*(each.gives for each in flag.overrides))
    is_open = bool(flag.prerequisites) or flag.state is not FlagState.ACTIVE
    return not is_open and given == {flag.default}
