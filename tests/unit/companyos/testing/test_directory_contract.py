from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

import pytest

from companyos.identity import Directory, Lookup, NotFound, Subject, Unavailable
from companyos.identity.backends.static import StaticDirectory
from companyos.testing import DirectoryContract

Ask = Callable[[StaticDirectory, str, str], Lookup]


def careless(ask: Ask) -> DirectoryContract:
    """Return the contract over a directory that answers by `ask`."""

    class Careless:
        def __init__(self, subjects: Sequence[Subject]) -> None:
            self.kept = StaticDirectory(subjects)

        def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
            return ask(self.kept, tenant_id, subject_id)

    class Contract(DirectoryContract):
        def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
            return Careless(subjects)

        def broken_directory(self) -> Directory:
            return Careless([])

    return Contract()


def anywhere(kept: StaticDirectory, tenant_id: str, subject_id: str) -> Lookup:
    """Forget the tenant."""
    found = kept.get_subject("pilot-b", subject_id)
    if isinstance(found, Subject):
        return Subject(tenant_id, subject_id, found.roles, found.attributes)
    return kept.get_subject(tenant_id, subject_id)


def in_any_case(kept: StaticDirectory, tenant_id: str, subject_id: str) -> Lookup:
    """Ignore letter case."""
    return kept.get_subject(tenant_id, subject_id.lower())


def stripped(kept: StaticDirectory, tenant_id: str, subject_id: str) -> Lookup:
    """Drop what looks superfluous."""
    found = kept.get_subject(tenant_id, subject_id.strip().rstrip("?#*%"))
    return found if isinstance(found, Subject) else NotFound(tenant_id, subject_id)


def with_blanks(kept: StaticDirectory, tenant_id: str, subject_id: str) -> Lookup:
    """Fill in what is not known."""
    found = kept.get_subject(tenant_id, subject_id)
    if not isinstance(found, Subject):
        return found
    known = MappingProxyType({"department": "", **found.attributes})
    return Subject(tenant_id, subject_id, found.roles, known)


def unavailable(kept: StaticDirectory, tenant_id: str, subject_id: str) -> Lookup:
    """Take whoever is not there for a failure."""
    found = kept.get_subject(tenant_id, subject_id)
    return Unavailable("nobody") if isinstance(found, NotFound) else found


@pytest.mark.parametrize(
    ("ask", "broken"),
    [
        (anywhere, "test_a_subject_is_found_as_it_is"),
        (anywhere, "test_a_subject_of_another_tenant_only_is_not_found"),
        (in_any_case, "test_letter_case_counts"),
        (stripped, "test_no_id_reaches_anybody_else"),
        (stripped, "test_an_id_that_nobody_can_have_is_not_found"),
        (with_blanks, "test_what_is_not_known_is_absent"),
        (unavailable, "test_an_unknown_subject_is_not_found"),
        (anywhere, "test_a_store_that_is_away_is_unavailable"),
    ],
)
def test_a_careless_backend_does_not_pass(ask: Ask, broken: str) -> None:
    """The test that speaks of the fault finds it."""
    contract = careless(ask)
    with pytest.raises(AssertionError):
        getattr(contract, broken)()
