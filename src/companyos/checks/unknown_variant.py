"""Whatever a flag answers is one of its variants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import AnswerFacts, Facts, FlagFacts, Word
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

TRUTHS: Mapping[str, str] = {
    "true": "true", "yes": "true", "on": "true",
    "false": "false", "no": "false", "off": "false",
}  # fmt: skip
"""Words, in small letters, by which people mean what a boolean flag answers."""


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
            message, hint = _meant(flag, answer.word) or (
                f"flag `{flag.id.text}` has no variant `{text}`",
                _nearest(guesses, text) or f"it has {known}",
            )
            yield check.finding(
                answer.word,
                message,
                label="no such variant",
                expected=f"one of {known}",
                hint=hint,
                related=where,
            )


def _nearest(guesses: Guesses, text: str) -> str:
    near = guesses.nearest(text)
    return f"did you mean `{near}`?" if near else ""


def _meant(flag: FlagFacts, word: Word) -> tuple[str, str] | None:
    """Return what a word is that is no variant, and what to write; None if unknown."""
    if flag.type is FlagType.BOOLEAN:
        truth = TRUTHS.get(word.text.lower())
        return None if truth is None else _truth_meant(word, truth)
    for variant in flag.variants:
        if variant.value == word.text:
            hint = f"write `{variant.name.text}`"
            told = f"`{word.text}` is the value of variant `{variant.name.text}`"
            return f"{told}; {hint}", hint
    return None


def _truth_meant(word: Word, truth: str) -> tuple[str, str]:
    if {"weights", "order"} & set(word.path[-2:]):
        name = "on" if truth == "true" else "off"
        told = f"the variants of a boolean flag are `on` and `off`, not `{word.text}`"
        return told, f'write `"{name}"`'
    hint = f"write `value: {truth}`" if word.path[-1:] == ("variant",) else ""
    hint = hint or f"write `{truth}`"
    # Without quotes the word would have been a boolean.
    if word.text.lower() == truth:
        return f'`"{word.text}"` is text here; {hint} without quotes', hint
    return f"`{word.text}` is text here; {hint}", hint
