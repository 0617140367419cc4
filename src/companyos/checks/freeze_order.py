"""A freeze window begins before it ends, on days that there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, FreezeFacts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check("stage/freeze-order", Severity.ERROR, "a freeze window is never")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each freeze window that freezes nothing."""
    for stage in facts.stages or ():
        for freeze in stage.freezes:
            yield from _of_freeze(freeze)


def _of_freeze(freeze: FreezeFacts) -> Iterator[Finding]:
    if freeze.start is None:
        yield _no_time(freeze.start_word)
    if freeze.until is None:
        yield _no_time(freeze.until_word)
    if freeze.start and freeze.until and freeze.until <= freeze.start:
        yield CHECK.finding(
            freeze.until_word,
            f"freeze `{freeze.name.text}` ends before it begins",
            label="not after its beginning",
            hint="exchange the two, or correct the year",
            related=(Related(freeze.start_word.place, "it begins here"),),
        )


def _no_time(word: Word) -> Finding:
    return CHECK.finding(
        word, f"`{word.text}` is not in the calendar", hint="correct the day or hour"
    )
