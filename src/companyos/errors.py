"""Every failure that CompanyOS reports on purpose.

A refusal that answers the question (a deny, a closed gate, drift) is a returned value,
never one of these. The command's exit status follows from the class:

    CompanyosError
    ├── UsageError             2  the question cannot be asked as it was put
    │   └── InvalidStateError  2  the desired state has errors; carries the findings
    ├── UnavailableError       3  it could not be found out; trying again may help
    │   └── ContentionError    3  others were faster every time
    └── IntegrityError         4  a signature, the release log or a tag does not hold
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.findings import Finding


class CompanyosError(Exception):
    """A failure with a message for people and, where there is one, a next step."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CompanyosError):
    """The question cannot be asked: unknown name, unreadable settings, wrong place."""


class InvalidStateError(UsageError):
    """The desired state has errors where only a valid one can be used."""

    def __init__(
        self, message: str, findings: tuple[Finding, ...], *, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.findings = findings


class UnavailableError(CompanyosError):
    """Something outside did not answer, so the answer is not known."""


class ContentionError(UnavailableError):
    """Other writers won the race as often as we were willing to try."""


class IntegrityError(CompanyosError):
    """What was read is not what was signed or recorded. Nothing may go on from here."""
