"""An id is given once: of two that are equal, which one rules would be chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check("id/duplicate", Severity.ERROR, "an id is given to two things")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each second use of an id, whatever its case."""
    yield from _repeated("tenant", (each.id for each in facts.tenants))
    yield from _repeated("policy bundle", (each.id for each in facts.bundles))
    yield from _repeated("flag", (each.id for each in facts.flags))
    for flag in facts.flags:
        names = (each.name for each in flag.rules)
        yield from _repeated("flag rule", names)
        required = (each.flag for each in flag.prerequisites)
        yield from _repeated("prerequisite", required)
    if facts.catalog:
        yield from _repeated("role", (each.name for each in facts.catalog.roles))
    yield from _repeated_subjects(facts)


def _repeated(noun: str, words: Iterable[Word]) -> Iterator[Finding]:
    named = list(words)
    if len({each.text.casefold() for each in named}) == len(named):
        return
    first: dict[str, Word] = {}
    for word in sorted(named, key=lambda each: each.place):
        before = first.setdefault(word.text.casefold(), word)
        if before is not word:
            yield _finding(noun, before, word)


def _repeated_subjects(facts: Facts) -> Iterator[Finding]:
    by_tenant: dict[str, list[Word]] = {}
    for subject in facts.subjects or ():
        by_tenant.setdefault(subject.tenant.text, []).append(subject.id)
    for words in by_tenant.values():
        yield from _repeated("subject", words)


def _finding(noun: str, before: Word, word: Word) -> Finding:
    same = before.text == word.text
    return CHECK.finding(
        word,
        f"{noun} `{word.text}` is there twice"
        if same
        else f"{noun} `{word.text}` differs from `{before.text}` only in case",
        label="a second time",
        hint="rename one of the two",
        related=(Related(before.place, "first here"),),
    )
