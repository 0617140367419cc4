"""A flag that gives every tenant the same answer has done its work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each flag that has choices and makes none between its tenants.

    A tenant that could not be read may be the one that gets another answer.
    """
    if facts.broken.tenants:
        return
    members: dict[str, list[str]] = {}
    for tenant in facts.tenants:
        for word in tenant.flags:
            members.setdefault(word.text, []).append(tenant.id.text)
    for flag in facts.flags:
        answers = _answers(flag, members, now) if _may_go_stale(flag) else frozenset()
        if len(answers) == 1:
            [answer] = answers
            yield CHECK.finding(
                flag.id,
                f"flag `{flag.id.text}` answers `{answer}` to all of its tenants",
                label="makes no difference any more",
                hint="write the answer into the code and delete the flag",
            )


def _answers(
    flag: FlagFacts, members: Mapping[str, list[str]], now: datetime
) -> frozenset[str]:
    overrides = holding(flag, now)
    tenants = members.get(flag.id.text, [])
    given = [overrides[each].gives for each in tenants if each in overrides]
    rest = otherwise(flag) if len(given) < len(tenants) else frozenset[str]()
    return rest.union(*given)


def _may_go_stale(flag: FlagFacts) -> bool:
    """Kill switches and permissions stay; a constant flag is reported as such."""
    stays = {FlagKind.KILL_SWITCH, FlagKind.PERMISSION}
    return (
        flag.kind not in stays
        and flag.state is FlagState.ACTIVE
        and not flag.prerequisites
        and not is_constant(flag)
    )
