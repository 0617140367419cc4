"""A rule's id is once in its bundle and all that it extends: decisions name it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.chains import chain, endless
from companyos.checks.check import Check
from companyos.checks.facts import BundleFacts, Facts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "policy/duplicate-rule-id",
    Severity.ERROR,
    "two rules of a policy bundle and what it extends have one id",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each second rule of an id, once even where several bundles inherit it."""
    bundles = {bundle.id.text: bundle for bundle in facts.bundles}
    told: set[Word] = set()
    circular = endless(bundles)
    for bundle in facts.bundles:
        is_circular = bundle.id.text in circular
        first: dict[str, Word] = {}
        for word in _rule_ids([bundle] if is_circular else chain(bundle, bundles)):
            before = first.setdefault(word.text, word)
            if before is not word and word not in told:
                told.add(word)
                yield CHECK.finding(
                    word,
                    f"rule `{word.text}` is there twice",
                    label="a second time",
                    hint="rename one of the two; an inherited rule cannot be replaced",
                    related=(Related(before.place, "first here"),),
                )


def _rule_ids(bundles: list[BundleFacts]) -> Iterator[Word]:
    """Yield the ids of a bundle's rules, those of what it extends first."""
    for each in reversed(bundles):
        yield from (rule.id for rule in each.rules)
