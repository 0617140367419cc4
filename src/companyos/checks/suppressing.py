"""Findings that somebody set aside, with a reason, by a comment beside them.

Errors stay: a state that has some cannot be released, whatever a comment says. A
comment that does nothing is a finding itself, so that none outlives its cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from companyos.checks.check import Check
from companyos.checks.facts import MomentFacts, Word
from companyos.checks.references import Guesses
from companyos.findings import Finding, Severity

MALFORMED = Check(
    "suppress/malformed", Severity.WARNING, "a comment to us that is not understood"
)
MISSING_REASON = Check(
    "suppress/missing-reason", Severity.WARNING, "a suppression that does not say why"
)
UNKNOWN_CHECK = Check(
    "suppress/unknown-check", Severity.WARNING, "a check is named that does not exist"
)
REFUSED = Check(
    "suppress/refused", Severity.WARNING, "an error shall be suppressed or played down"
)
EXPIRED = Check("suppress/expired", Severity.WARNING, "a suppression's date is over")
UNUSED = Check(
    "suppress/unused", Severity.WARNING, "a suppression where there is no such finding"
)

CHECKS: Mapping[str, Check] = {
    check.name: check
    for check in (MALFORMED, MISSING_REASON, UNKNOWN_CHECK, REFUSED, EXPIRED, UNUSED)
}

GROUP = "suppress/"
SYNTAX = "# companyos: ignore[flag/expired] the reason (until 2027-01-31)"
NAMES_MAX = 20
"""Checks that one comment may name."""


class Suppression(NamedTuple):
    """One comment: the line it is about, the checks it names, why, and until when.

    `comment` is the comment itself. One that is not understood has no `checks`.
    """

    comment: Word
    line: int
    checks: tuple[Word, ...] = ()
    reason: str = ""
    until: MomentFacts | None = None

    @property
    def file(self) -> str:
        """Return the file that it is in, the only one that it is about."""
        return self.comment.file


class Suppressed(NamedTuple):
    """A finding that is set aside, and why."""

    finding: Finding
    reason: str


class Sifted(NamedTuple):
    """What is left of the findings, with what suppressions brought, and what not."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()


def may_be_set_aside(check: Check) -> bool:
    """Return whether a check's findings may be suppressed, ignored or played down."""
    return check.severity is not Severity.ERROR and not check.name.startswith(GROUP)


def sift(
    findings: Iterable[Finding],
    suppressions: Iterable[Suppression],
    checks: Mapping[str, Check],
    *,
    now: datetime,
) -> Sifted:
    """Return the findings without those that a suppression is about."""
    holding = _Holding(checks, now, Guesses(checks))
    for suppression in suppressions:
        holding.add(suppression)
    left: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in findings:
        reason = holding.reason_for(finding)
        if reason is None:
            left.append(finding)
        else:
            suppressed.append(Suppressed(finding, reason))
    left += holding.problems
    # What an error hides may be just what a comment is about.
    if all(finding.severity is not Severity.ERROR for finding in left):
        left += holding.unused()
    return Sifted(tuple(left), tuple(suppressed))


class _Entry(NamedTuple):
    word: Word
    reason: str


@dataclass(slots=True)
class _Holding:
    """The suppressions that hold, by the place and the check they are about."""

    checks: Mapping[str, Check]
    now: datetime
    guesses: Guesses
    problems: list[Finding] = field(default_factory=list)
    _entries: dict[tuple[str, int, str], _Entry] = field(default_factory=dict)
    _used: set[tuple[str, int, str]] = field(default_factory=set)

    def add(self, suppression: Suppression) -> None:
        """Note a suppression, or what is wrong with it."""
        problem = _problem(suppression, self.now)
        if problem is not None:
            self.problems.append(problem)
            return
        for word in suppression.checks:
            wrong = misnamed(word, self.checks, guesses=self.guesses)
            if wrong is not None:
                self.problems.append(wrong)
                continue
            key = (suppression.file, suppression.line, word.text)
            self._entries.setdefault(key, _Entry(word, suppression.reason))

    def reason_for(self, finding: Finding) -> str | None:
        """Return why a finding is set aside, None where it is not."""
        key = (finding.place.file, finding.place.line, finding.check)
        entry = self._entries.get(key)
        if entry is None or finding.severity is Severity.ERROR:
            return None
        self._used.add(key)
        return entry.reason

    def unused(self) -> Iterator[Finding]:
        """Yield a finding for each suppression of nothing."""
        for key, entry in self._entries.items():
            if key not in self._used:
                yield UNUSED.finding(
                    entry.word,
                    f"there is no finding of `{entry.word.text}` to suppress here",
                    label="does nothing",
                    hint="delete the comment, or put it on the finding's line or the "
                    "one above",
                )


def _problem(suppression: Suppression, now: datetime) -> Finding | None:
    """Return why a suppression does not hold, whatever checks it names."""
    if not suppression.checks:
        return MALFORMED.finding(
            suppression.comment,
            "this comment begins like one for companyos and is not understood",
            label="has no effect",
            expected=f"`{SYNTAX}`",
            hint=f"write `{SYNTAX}`; the date may be left out, and "
            f"{NAMES_MAX} checks at most are named",
        )
    if not suppression.reason:
        return MISSING_REASON.finding(
            suppression.comment,
            "this suppression does not say why",
            label="has no effect without a reason",
            hint="write the reason behind the bracket",
        )
    until = suppression.until
    if until is not None and until.end <= now:
        return EXPIRED.finding(
            until.word,
            "this suppression is over",
            label="this day is over",
            hint="mend what it is about, or move the date",
        )
    return None


def misnamed(
    word: Word, checks: Mapping[str, Check], *, guesses: Guesses
) -> Finding | None:
    """Return what is wrong with naming a check to set it aside, None if nothing is."""
    check = checks.get(word.text)
    if check is None:
        near = guesses.nearest(word.text)
        return UNKNOWN_CHECK.finding(
            word,
            f"there is no check `{word.text}`",
            label="no such check",
            hint=f"did you mean `{near}`?" if near else "see `companyos explain`",
        )
    if not may_be_set_aside(check):
        return REFUSED.finding(
            word,
            f"`{word.text}` cannot be set aside",
            label="has no effect",
            hint="mend what it finds; only warnings and remarks can be suppressed",
        )
    return None
