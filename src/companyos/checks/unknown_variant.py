"""Whatever a flag answers is one of its variants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import AnswerFacts, Facts, FlagFacts
from companyos.checks.references import Guesses
from companyos.findings import Finding, Related, Severity
from companyos.flags.vocabulary import FlagType

CHECK = Check(
    "flag/unknown-variant",
    Severity.ERROR,
    "a default, override, rule or rollout gives what is no variant of the flag",
)

SHOWN_MAX = 10
"""How many of a flag's variants a finding lists."""


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each answer that the flag cannot give."""
    for flag in facts.flags:
        yield from wrong_answers(CHECK, flag, flag.answers)


def wrong_answers(
    check: Check, flag: FlagFacts, answers: Iterable[AnswerFacts]
) -> Iterator[Finding]:
    """Yield those of `answers` that `flag` cannot give."""
    names = flag.variant_names()
    is_boolean = flag.type is FlagType.BOOLEAN
    answers = [
        each
        for each in answers
        if (not is_boolean if each.is_boolean else each.word.text not in names)
    ]
    if not answers:
        return
    known = ", ".join(f"`{name}`" for name in names[:SHOWN_MAX])
    guesses = Guesses(names)
    where = (Related(flag.id.place, "the flag"),)
    for answer in answers:
        text = answer.word.text
        if answer.is_boolean:
            yield check.finding(
                answer.word,
                f"`{text}` is a boolean, and flag `{flag.id.text}` is of type "
                f"{flag.type}",
                label="not one of its variants",
                expected=f"one of {known}",
                hint=f"name one of its variants: {known}",
                related=where,
            )
        else:
            near = guesses.nearest(text)
            yield check.finding(
                answer.word,
                f"flag `{flag.id.text}` has no variant `{text}`",
                label="no such variant",
                expected=f"one of {known}",
                hint=f"did you mean `{near}`?" if near else f"it has {known}",
                related=where,
            )
