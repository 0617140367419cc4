"""Asking every case of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companyos.authz import Explanation, explain
from companyos.authz.decision import decide
from companyos.policytests.model import Case, PolicyTests
from companyos.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Result:
    """A case and the answer it got."""

    case: Case
    explanation: Explanation

    @property
    def passed(self) -> bool:
        """Return whether the answer is the expected one."""
        return self.case.expected.is_met_by(self.explanation.decision)


def run(tests: PolicyTests, world: Snapshot) -> tuple[Result, ...]:
    """Return every case with its answer, explained."""
    return tuple(
        Result(case, explain(tests.request(case), world)) for case in tests.cases
    )


def all_pass(tests: PolicyTests, cases: Sequence[Case], world: Snapshot) -> bool:
    """Return whether every case gets its expected answer, stopping at the first no."""
    return all(
        case.expected.is_met_by(decide(tests.request(case), world)) for case in cases
    )
