"""Ids that mean something else: to a shell, a file system, or to our own commands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, Word
from companyos.findings import Finding, Severity

CHECK = Check("id/reserved", Severity.ERROR, "an id that has a meaning already")

_OURS = {"all", "any", "default", "none", "null", "self", "true", "false"}
_DEVICES = {
    *("con", "prn", "aux", "nul"),
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
}


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each tenant, policy bundle, flag, stage or service of such a name."""
    for word in _ids(facts):
        if word.text in _OURS:
            yield _finding(word, "it reads like a word for several, or for nothing")
        elif word.text in _DEVICES:
            yield _finding(word, "Windows cannot have a file of this name")


def _ids(facts: Facts) -> Iterator[Word]:
    yield from (tenant.id for tenant in facts.tenants)
    yield from (bundle.id for bundle in facts.bundles)
    yield from (flag.id for flag in facts.flags)
    yield from (stage.name for stage in facts.stages or ())
    if facts.catalog:
        yield from (service.name for service in facts.catalog.services)


def _finding(word: Word, why: str) -> Finding:
    return CHECK.finding(
        word, f"`{word.text}` is a reserved id", label=why, hint="choose another id"
    )
