"""Of a flag's rules the first match wins, so one behind a wider one never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, FlagFacts, FlagRuleFacts
from companyos.checks.implication import Terms, implies, is_never, terms_of
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "flag/unreachable-rule", Severity.WARNING, "a rule of a flag never answers"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each rule that an earlier one always forestalls, where that is certain."""
    for flag in facts.flags:
        yield from _in_flag(facts, flag)


def _in_flag(facts: Facts, flag: FlagFacts) -> Iterator[Finding]:
    before: list[tuple[FlagRuleFacts, Terms]] = []
    for rule in flag.rules:
        tree = facts.tree(rule.when)
        if tree is None:
            continue
        if is_never(tree):
            yield _finding(rule, "its condition contradicts itself", ())
            continue
        terms = terms_of(tree)
        for other, wide in before:
            if implies(terms, wide):
                where = (Related(other.name.place, "this one answers first"),)
                name = f"`{other.name.text}` always answers first"
                yield _finding(rule, name, where)
                break
        before.append((rule, terms))


def _finding(rule: FlagRuleFacts, why: str, related: tuple[Related, ...]) -> Finding:
    return CHECK.finding(
        rule.name,
        f"flag rule `{rule.name.text}` never answers: {why}",
        label="never comes into play",
        hint="put it before the wider one, correct its condition, or delete it",
        related=related,
    )
