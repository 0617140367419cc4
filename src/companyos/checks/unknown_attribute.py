"""A static subject has the attributes that catalog.yaml declares, no more, no less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, SubjectFacts
from companyos.checks.references import Guesses
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-attribute",
    Severity.ERROR,
    "a static subject has an undeclared attribute, or lacks a declared one",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each attribute too many and each one missing."""
    if facts.catalog is None:
        return
    declared = frozenset(each.name for each in facts.catalog.subject)
    required = {each.name for each in facts.catalog.subject if not each.is_optional}
    guesses = Guesses(declared)
    for subject in facts.subjects or ():
        yield from _undeclared(subject, declared, guesses)
        for name in sorted(required - {each.name.text for each in subject.attributes}):
            yield CHECK.finding(
                subject.id,
                f"subject `{subject.id.text}` lacks the attribute `{name}`",
                hint=f"add it, or declare `{name}` optional in `config/catalog.yaml`",
            )


def _undeclared(
    subject: SubjectFacts, declared: frozenset[str], guesses: Guesses
) -> Iterator[Finding]:
    for word in (each.name for each in subject.attributes):
        if word.text not in declared:
            near = guesses.nearest(word.text)
            yield CHECK.finding(
                word,
                f"attribute `{word.text}` does not exist",
                label="no such attribute",
                hint=f"did you mean `{near}`?"
                if near
                else "declare it under `subject` in `config/catalog.yaml`",
            )
