"""The static directory: who is listed is found, and nobody else."""

from __future__ import annotations

from collections.abc import Sequence

import desired_states as states
from companyos.identity import Directory, Subject
from companyos.identity.backends.static import StaticDirectory
from companyos.identity.subjects import Freshness, NotFound
from companyos.testing import DirectoryContract


class TestStaticDirectory(DirectoryContract):
    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory of these; it cannot break."""
        return StaticDirectory(subjects)


def test_a_listed_subject_is_found_within_its_tenant() -> None:
    """The tenant is part of the key: the same id elsewhere is somebody else."""
    here, there = states.subject(), states.subject(tenant_id="pilot-b")
    directory = StaticDirectory([here, there])
    assert directory.get_subject("pilot-a", "ana") is here
    assert directory.get_subject("pilot-b", "ana") is there
    assert here.freshness is Freshness.FRESH


def test_an_unlisted_subject_is_definitely_not_there() -> None:
    """The answer is `NotFound`, which no cache may paper over."""
    directory = StaticDirectory([states.subject()])
    assert directory.get_subject("pilot-a", "eve") == NotFound("pilot-a", "eve")
    assert directory.get_subject("pilot-b", "ana") == NotFound("pilot-b", "ana")
