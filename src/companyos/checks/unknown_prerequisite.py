"""A prerequisite names another flag that exists, and an answer that it can give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.checks.unknown_variant import wrong_answers
from companyos.findings import Finding, Severity

CHECK = Check(
    "flag/unknown-prerequisite",
    Severity.ERROR,
    "a prerequisite names an unknown flag, or an answer that flag cannot give",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each flag, and each variant, that is required and not declared."""
    flags = {flag.id.text: flag for flag in facts.flags}
    names = Names(
        "flag",
        "add it below `config/flags/`",
        declared(flag.id for flag in facts.flags),
        facts.broken.flags,
    )
    required = [each for flag in facts.flags for each in flag.prerequisites]
    yield from unknown(CHECK, (each.flag for each in required), names)
    for each in required:
        if flag := flags.get(each.flag.text):
            yield from wrong_answers(CHECK, flag, (each.answer,))
