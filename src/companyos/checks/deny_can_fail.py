"""A deny that only speaks where an optional attribute is there lets the others through.

An attribute that is read without `has()` is an error already (`policy/condition`). This
is the other half: with `has()` before it the deny is silent where the attribute lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.authz.vocabulary import Effect
from companyos.checks.check import Check
from companyos.checks.facts import Facts, RuleFacts
from companyos.checks.implication import unguarded
from companyos.conditions.text import to_text
from companyos.findings import Finding, Severity

CHECK = Check(
    "policy/deny-can-fail",
    Severity.WARNING,
    "a deny does not hold for whoever lacks an optional attribute",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each deny rule that a missing attribute switches off."""
    for bundle in facts.bundles:
        for rule in bundle.rules:
            if rule.effect is Effect.DENY and rule.when is not None:
                yield from _of_rule(facts, rule)


def _of_rule(facts: Facts, rule: RuleFacts) -> Iterator[Finding]:
    tree = facts.tree(rule.when) if rule.when else None
    asked = unguarded(tree) if tree else None
    if asked is None or rule.when is None:
        return
    text = to_text(asked)
    yield CHECK.finding(
        rule.when,
        f"deny rule `{rule.id.text}` says nothing where `{text}` is false",
        label="false where the attribute is missing",
        hint=f"write `!{text} || …` to deny without it as well, or suppress this "
        "with the reason why its absence is harmless",
    )
