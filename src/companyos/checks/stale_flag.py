"""A flag that gives every tenant the same answer has done its work."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.constant_flag import is_constant
from companyos.checks.facts import Facts, FlagFacts
from companyos.checks.flag_answers import holding, otherwise
from companyos.findings import Finding, Severity
from companyos.flags.vocabulary import FlagKind, FlagState

CHECK = Check(
    "flag/stale", Severity.WARNING, "a flag gives all of its tenants the same answer"
)

_STAYS = {FlagKind.KILL_SWITCH, FlagKind.PERMISSION}


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each flag that has choices and makes none between its tenants.

    A tenant that could not be read may be the one that gets another answer.
    """
    if facts.broken.tenants:
        return
    for flag in facts.flags:
        if not _may_go_stale(flag):
            continue
        answers = _answers(flag, facts.members.get(flag.id.text, ()), now)
        if len(answers) == 1:
            [answer] = answers
            yield CHECK.finding(
                flag.id,
                f"flag `{flag.id.text}` answers `{answer}` to all of its tenants",
                label="makes no difference any more",
                hint="write the answer into the code and delete the flag",
            )


def _answers(
    flag: FlagFacts, members: Collection[str], now: datetime
) -> frozenset[str]:
    overrides = holding(flag, now)
    given = [each.gives for name, each in overrides.items() if name in members]
    rest = otherwise(flag) if len(given) < len(members) else frozenset[str]()
    return rest.union(*given)


def _may_go_stale(flag: FlagFacts) -> bool:
    """Kill switches and permissions stay; a constant flag is reported as such."""
    return (
        flag.kind not in _STAYS
        and flag.state is FlagState.ACTIVE
        and not flag.prerequisites
        and not is_constant(flag)
    )
