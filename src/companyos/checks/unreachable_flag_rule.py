"""Of a flag's rules the first match wins, so one behind a wider one never does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, FlagFacts, FlagRuleFacts
from companyos.checks.implication import Known, Wider
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "flag/unreachable-rule", Severity.WARNING, "a rule of a flag never answers"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each rule that an earlier one always forestalls, where that is certain."""
    known = Known()
    for flag in facts.flags:
        yield from _in_flag(facts, flag, known)


def _in_flag(facts: Facts, flag: FlagFacts, known: Known) -> Iterator[Finding]:
    before = Wider[FlagRuleFacts]()
    for rule in flag.rules:
        tree = facts.tree(rule.when)
        if tree is None:
            continue
        terms = known.terms(tree)
        if terms.is_never:
            yield _finding(rule, "its condition contradicts itself", ())
            continue
        other = before.first(terms)
        if other is not None:
            where = (Related(other.name.place, "this one answers first"),)
            name = f"`{other.name.text}` always answers first"
            yield _finding(rule, name, where)
        before.add(terms, rule)


def _finding(rule: FlagRuleFacts, why: str, related: tuple[Related, ...]) -> Finding:
    return CHECK.finding(
        rule.name,
        f"flag rule `{rule.name.text}` never answers: {why}",
        label="never comes into play",
        hint="put it before the wider one, correct its condition, or delete it",
        related=related,
    )
