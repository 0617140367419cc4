"""What a table of decisions covers: rules that decided, clauses seen both ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from companyos.authz.explanation import clauses_of, rules_of
from companyos.authz.model import Rule
from companyos.conditions import to_text
from companyos.findings import Place
from companyos.policytests.model import PolicyTests
from companyos.policytests.running import Result
from companyos.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ClauseCoverage:
    """One clause of a rule's condition, and which values it was seen to have."""

    text: str
    was_true: bool
    was_false: bool

    @property
    def missing(self) -> str:
        """Return what it was never seen to be, empty if nothing."""
        if self.was_true:
            return "" if self.was_false else "never false"
        return "never true" if self.was_false else "never asked"


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule: whether it decided a case, and its clauses."""

    rule_id: str
    place: Place
    decided: bool
    clauses: tuple[ClauseCoverage, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a bundle's tests cover of its rules and of all it extends."""

    rules: tuple[RuleCoverage, ...]

    @property
    def rules_decided(self) -> int:
        """Return how many rules decided a case."""
        return sum(rule.decided for rule in self.rules)

    @property
    def clauses(self) -> tuple[ClauseCoverage, ...]:
        """Return the clauses of all rules."""
        return tuple(clause for rule in self.rules for clause in rule.clauses)

    @property
    def clauses_covered(self) -> int:
        """Return how many clauses were seen both true and false."""
        return sum(not clause.missing for clause in self.clauses)


def coverage_of(
    tests: PolicyTests, results: Sequence[Result], world: Snapshot
) -> Coverage:
    """Return what the answered cases cover; only one that passed proves a rule."""
    decided = {
        result.explanation.decision.rule_id for result in results if result.passed
    }
    seen = {
        (considered.rule.rule_id, *truth)
        for result in results
        for considered in result.explanation.considered
        for truth in considered.truths
    }
    return Coverage(
        tuple(
            RuleCoverage(
                rule.rule_id,
                rule.place,
                rule.rule_id in decided,
                tuple(_clauses(rule, seen)),
            )
            for rule in rules_of(world.policies, tests.bundle_id)
        )
    )


def _clauses(
    rule: Rule, seen: AbstractSet[tuple[str, str, bool]]
) -> Iterator[ClauseCoverage]:
    if rule.when is None:
        return
    for text in dict.fromkeys(to_text(clause) for clause in clauses_of(rule.when)):
        was_true, was_false = ((rule.rule_id, text, v) in seen for v in (True, False))
        yield ClauseCoverage(text, was_true, was_false)
