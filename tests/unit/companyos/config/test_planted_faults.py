"""Generated desired states: every planted fault is found where it is, and nothing else.

What is expected is known from planting, before anything is read.
"""

from __future__ import annotations

import pytest

from companyos.config.load import load
from desired_state_generator import FAULTS, TODAY, Size, generate

SIZE = Size(tenants=80, bundles=40, flags=30)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_every_planted_fault_is_found_at_its_line_and_nothing_else(seed: int) -> None:
    """One of every kind of fault at once, each in a file of its own."""
    state = generate(seed, SIZE, faults=sorted(FAULTS))
    found = load(state.files, today=TODAY).findings
    told = {(each.check, each.place.file, each.place.line) for each in found}
    planted = {(each.check, each.file, each.line) for each in state.planted}
    assert told == planted
    assert len(found) == len(state.planted) == len(FAULTS)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_planted_fault_is_the_only_finding(fault: str) -> None:
    """A single fault has no consequences that are reported as well."""
    state = generate(5, Size(tenants=12, bundles=3, flags=5), faults=[fault])
    [found] = load(state.files, today=TODAY).findings
    [planted] = state.planted
    place = found.place
    assert (found.check, place.file, place.line) == (
        planted.check,
        planted.file,
        planted.line,
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_state_without_faults_has_no_finding(seed: int) -> None:
    """The generator's own files follow every rule there is."""
    assert load(generate(seed, SIZE).files, today=TODAY).findings == ()


def test_the_same_seed_gives_the_same_files() -> None:
    """Sizes and faults alike."""
    faults = ("norway", "expired")
    assert generate(7, SIZE, faults=faults) == generate(7, SIZE, faults=faults)
    assert generate(7, SIZE).files != generate(8, SIZE).files


def test_there_are_many_kinds_of_faults() -> None:
    """Of each kind of file, and of each group of checks that a file can fail."""
    assert len(FAULTS) >= 22
    assert {each.kind for each in FAULTS.values()} == {"tenant", "bundle", "flag"}
