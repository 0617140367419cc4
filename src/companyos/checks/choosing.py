"""Which findings are reported: by check, by group and by how much they matter here.

The desired state's own preferences touch warnings and remarks only. Whoever runs the
command may leave out anything, as by naming paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from companyos.checks.check import Check
from companyos.checks.facts import PreferenceFacts, Word
from companyos.checks.references import Guesses
from companyos.checks.suppressing import may_be_set_aside, misnamed
from companyos.findings import Finding, Severity, in_order

_RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Choice(NamedTuple):
    """What is asked for: checks or groups, empty for all, and the least severity."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    least: Severity = Severity.INFO


class Preferences(NamedTuple):
    """How much checks matter in one repository, and what is not reported there."""

    severities: Mapping[str, Severity] = MappingProxyType({})
    ignore: tuple[str, ...] = ()
    baseline: str | None = None


def matches(check: str, pattern: str) -> bool:
    """Return whether a check is the one named, or of the group `flag` or `flag/*`."""
    return check == pattern or check.startswith(f"{pattern.removesuffix('/*')}/")


def is_known(pattern: str, checks: Iterable[str]) -> bool:
    """Return whether any check is meant by the pattern."""
    return any(matches(check, pattern) for check in checks)


def choose(
    findings: Iterable[Finding],
    choice: Choice,
    preferences: Preferences,
    checks: Mapping[str, Check],
) -> tuple[Finding, ...]:
    """Return the findings that are asked for, as severe as they are held here."""
    kept = (
        _regraded(finding, preferences, checks)
        for finding in findings
        if not _is_ignored(finding, preferences)
    )
    return in_order(tuple(each for each in kept if _is_wanted(each, choice)))


def preferences_of(
    facts: PreferenceFacts | None, checks: Mapping[str, Check]
) -> tuple[Preferences, tuple[Finding, ...]]:
    """Return what a repository prefers, and what of it has no effect."""
    if facts is None:
        return Preferences(), ()
    guesses = Guesses(checks)
    problems: list[Finding] = []
    severities: dict[str, Severity] = {}
    for word, severity in facts.severities:
        is_raised = severity is Severity.ERROR and word.text in checks
        problem = None if is_raised else misnamed(word, checks, guesses=guesses)
        if problem is None:
            severities[word.text] = severity
        else:
            problems.append(problem)
    ignored: list[str] = []
    for word in facts.ignore:
        problem = _misnamed_pattern(word, checks, guesses)
        if problem is None:
            ignored.append(word.text)
        else:
            problems.append(problem)
    return Preferences(severities, tuple(ignored), facts.baseline), tuple(problems)


def _misnamed_pattern(
    word: Word, checks: Mapping[str, Check], guesses: Guesses
) -> Finding | None:
    meant = [check for name, check in checks.items() if matches(name, word.text)]
    if any(may_be_set_aside(check) for check in meant):
        return None
    named = Word(meant[0].name, *word.place) if meant else word
    return misnamed(named, checks, guesses=guesses)


def _is_ignored(finding: Finding, preferences: Preferences) -> bool:
    if finding.severity is Severity.ERROR:
        return False
    return any(matches(finding.check, each) for each in preferences.ignore)


def _regraded(
    finding: Finding, preferences: Preferences, checks: Mapping[str, Check]
) -> Finding:
    severity = preferences.severities.get(finding.check)
    if severity is None or finding.severity is Severity.ERROR:
        return finding
    return replace(finding, severity=severity) if finding.check in checks else finding


def _is_wanted(finding: Finding, choice: Choice) -> bool:
    if _RANKS[finding.severity] < _RANKS[choice.least]:
        return any(matches(finding.check, each) for each in choice.select)
    if choice.select and not any(matches(finding.check, s) for s in choice.select):
        return False
    return not any(matches(finding.check, each) for each in choice.ignore)
