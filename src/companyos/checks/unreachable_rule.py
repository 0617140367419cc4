"""A rule that another one makes void says what does not hold.

Deny rules outweigh allow rules; among rules of one effect the first one answers. Only
what is certain is told: rules that are void for several others together are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.authz.vocabulary import Effect
from companyos.checks.chains import chain, endless
from companyos.checks.check import Check
from companyos.checks.facts import BundleFacts, Facts, RuleFacts
from companyos.checks.reach import Reach, Reaches
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "policy/unreachable-rule",
    Severity.WARNING,
    "a rule of a policy bundle can change no decision",
)

RULES_MAX = 400
"""Rules of a bundle that are compared with each other; beyond, only so many."""


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each rule that another rule of its policy bundle makes void."""
    if facts.catalog is None:
        return
    bundles = {bundle.id.text: bundle for bundle in facts.bundles}
    reaches = Reaches(facts, facts.catalog)
    circular = endless(bundles)
    for bundle in facts.bundles:
        is_circular = bundle.id.text in circular
        bases = () if is_circular else reversed(chain(bundle, bundles))
        rules = [r for each in bases if each is not bundle for r in each.rules]
        yield from _in_bundle(bundle, rules, reaches)


def _in_bundle(
    bundle: BundleFacts, inherited: list[RuleFacts], reaches: Reaches
) -> Iterator[Finding]:
    above = _reaches(reaches, inherited)
    own = _reaches(reaches, bundle.rules)
    denies = [each for each in above + own if each.rule.effect is Effect.DENY]
    for index, reach in enumerate(own):
        if reach.is_never:
            yield _never(reach)
        elif other := _voiding(reach, above + own[:index], denies):
            yield _finding(reach, other)


def _reaches(
    reaches: Reaches, rules: tuple[RuleFacts, ...] | list[RuleFacts]
) -> list[Reach]:
    found = (reaches.of(rule) for rule in rules[:RULES_MAX])
    return [each for each in found if each is not None]


def _voiding(reach: Reach, before: list[Reach], denies: list[Reach]) -> Reach | None:
    if reach.rule.effect is Effect.ALLOW:
        for other in denies:
            if other.covers(reach):
                return other
    same = (each for each in before if each.rule.effect is reach.rule.effect)
    return next((other for other in same if other.covers(reach)), None)


def _never(reach: Reach) -> Finding:
    word = reach.rule.id
    return CHECK.finding(
        word,
        f"the condition of rule `{word.text}` is never true: it contradicts itself",
        label="never true",
        hint="correct its condition, or delete it",
    )


def _finding(reach: Reach, other: Reach) -> Finding:
    word, by = reach.rule.id, other.rule.id
    is_denied = other.rule.effect is not reach.rule.effect
    return CHECK.finding(
        word,
        f"rule `{word.text}` never allows anything: `{by.text}` denies it all"
        if is_denied
        else f"rule `{word.text}` adds nothing to `{by.text}`",
        label="changes no decision",
        hint="narrow the other one, or delete this one",
        related=(Related(by.place, "this one speaks wherever it does"),),
    )
