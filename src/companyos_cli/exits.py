"""What the exit status says, and which error gives which."""

from __future__ import annotations

from enum import IntEnum

from companyos.errors import CompanyosError, IntegrityError, UnavailableError


class ExitStatus(IntEnum):
    """The answer of a command to the program that ran it."""

    YES = 0
    NO = 1
    USAGE = 2
    UNKNOWN = 3
    INTEGRITY = 4
    BUG = 70
    INTERRUPTED = 130


def status_of(error: CompanyosError) -> ExitStatus:
    """Return the exit status for an error that was reported on purpose."""
    if isinstance(error, IntegrityError):
        return ExitStatus.INTEGRITY
    if isinstance(error, UnavailableError):
        return ExitStatus.UNKNOWN
    return ExitStatus.USAGE
