"""Which error gives which exit status."""

from __future__ import annotations

import pytest

from companyos.errors import (
    CompanyosError,
    ContentionError,
    IntegrityError,
    InvalidStateError,
    UnavailableError,
    UsageError,
)
from companyos_cli.exits import ExitStatus, status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("x"), 2),
        (InvalidStateError("x", ()), 2),
        (UnavailableError("x"), 3),
        (ContentionError("x"), 3),
        (IntegrityError("x"), 4),
        (CompanyosError("x"), 2),
    ],
)
def test_an_error_has_the_status_of_its_kind(
    error: CompanyosError, status: int
) -> None:
    """Integrity stops, what is unknown may be tried again, the rest is usage."""
    assert status_of(error) == status


def test_the_statuses_are_the_documented_ones() -> None:
    """They are a contract with whoever calls the command."""
    assert [int(each) for each in ExitStatus] == [0, 1, 2, 3, 4, 70, 130]
