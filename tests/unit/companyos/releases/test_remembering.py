"""Remembering a verified log: the same again, or a refusal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.digests import JSONValue
from companyos.errors import IntegrityError
from companyos.releases.entries import Part
from companyos.releases.remembering import recalled, remembered
from companyos.releases.verification import Verified
from release_logs import World


@pytest.fixture(scope="module")
def world() -> World:
    """Return a log with promotions, a composed stage and a hold."""
    world = World().begin()
    world.release("1.0.0", "1.1.0")
    world.bring("1.0.0", "staging")
    world.bring("1.1.0", "dev")
    world.roll_back("dev", only=[Part.FLAGS])
    return world


def test_what_was_remembered_is_what_was_verified(world: World) -> None:
    """State, head and tags come back; entries are not kept."""
    verified = world.verify()
    again = recalled(remembered(verified))
    assert again == Verified(verified.state, verified.head, verified.tags)


def test_verification_goes_on_from_what_was_remembered(world: World) -> None:
    """The next verification reads nothing that was verified before."""
    known = recalled(remembered(world.verify()))
    resumed = world.verify(known=known)
    assert resumed.entries == ()
    assert resumed.state == world.verify().state


def test_a_log_that_is_not_the_remembered_one_is_refused(world: World) -> None:
    """What is remembered is also what was last seen."""
    known = recalled(remembered(world.verify()))
    anew = World(keys=world.keys).begin()
    with pytest.raises(IntegrityError, match="the branch was rewritten"):
        anew.verify(known=known)


junk: st.SearchStrategy[JSONValue] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just([{}])
)


@given(st.data(), junk)
def test_other_bytes_are_refused(
    world: World, data: st.DataObject, strange: JSONValue
) -> None:
    """Damage is noticed or harmless; nothing else is raised."""
    document = json.loads(remembered(world.verify()))
    key = data.draw(st.sampled_from(sorted(document)))
    document[key] = strange
    try:
        assert isinstance(recalled(json.dumps(document).encode()), Verified)
    except IntegrityError as error:
        assert error.message  # noqa: PT017
