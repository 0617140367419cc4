"""Resources as conditions see them: the quick way gives what the careful way gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import desired_states as states
from companyos.authz import Resource
from companyos.authz.resources import ResourceReader, Sight, sight_of
from companyos.catalog import Attribute
from companyos.catalog.model import AttributeType
from companyos.conditions import from_wire
from companyos.digests import JSONValue

DECLARED = {
    "kind": Attribute(AttributeType.STRING, optional=False),
    "region": Attribute(AttributeType.STRING, optional=True),
}
VALUES = st.one_of(
    st.sampled_from(["eu", "", "e\0u", "x" * 5000, "\u00a0", "\u200b"]),
    st.none(),
    st.booleans(),
    st.integers(),
    st.lists(st.text(max_size=2), max_size=2),
)
RESOURCES = st.builds(
    Resource,
    st.sampled_from(["report", "dataset", ""]),
    st.sampled_from(["r1", "", "r\n1", "r" * 257, "å"]),
    st.sampled_from(["pilot-a", ""]),
    st.dictionaries(st.sampled_from([*DECLARED, "other", "id"]), VALUES, max_size=3),
)


@given(RESOURCES, st.sampled_from(Sight))
def test_the_quick_way_agrees_with_the_careful_one(
    resource: Resource, sight: Sight
) -> None:
    """It refuses the same resources, and what is looked at is the same."""
    reader = ResourceReader("report", DECLARED, sight=sight)
    read, seen = reader.read(resource), reader.seen(resource)
    if isinstance(read, str):
        assert seen is None
        return
    assert seen is not None
    looked_at = {
        Sight.NOTHING: set[str](),
        Sight.ATTRIBUTES: set(resource.attributes),
        Sight.ALL: set(read),
    }[sight]
    assert {name: seen.get(name) for name in looked_at} == {
        name: read[name] for name in looked_at
    }


def test_what_is_looked_at_stays_as_it_was_checked() -> None:
    """Whoever changes the resource meanwhile changes no decision."""
    given_: dict[str, JSONValue] = {"kind": "a", "region": "eu"}
    resource = Resource("report", "r1", "pilot-a", given_)
    for sight in (Sight.ATTRIBUTES, Sight.ALL):
        seen = ResourceReader("report", DECLARED, sight=sight).seen(resource)
        given_["kind"] = None
        assert seen is not None
        assert seen["kind"] == "a"
        given_["kind"] = "a"


@pytest.mark.parametrize("given_", [{"size": "5"}, {"size": True}, {"size": None}])
def test_a_text_is_no_number(given_: dict[str, JSONValue]) -> None:
    """A resource with all its attributes is checked as carefully as any."""
    declared = {"size": Attribute(AttributeType.INTEGER, optional=False)}
    resource = Resource("report", "r1", "pilot-a", given_)
    for sight in Sight:
        assert ResourceReader("report", declared, sight=sight).seen(resource) is None


OWN_ID: JSONValue = ["get", states.RESOURCE, "id"]
LABELS: JSONValue = ["get", states.RESOURCE, "labels"]


@pytest.mark.parametrize(
    ("condition", "sight"),
    [
        (states.equals(states.DEPARTMENT, "finance"), Sight.NOTHING),
        (states.IN_REGION, Sight.ATTRIBUTES),
        (["has", states.RESOURCE, "rows"], Sight.ATTRIBUTES),
        (states.equals(OWN_ID, "d1"), Sight.ALL),
        (["has", states.RESOURCE, "tenant"], Sight.ALL),
        (["in", ["lit", "id"], states.RESOURCE], Sight.ALL),
        (["exists", "l", LABELS, states.equals(OWN_ID, "d1")], Sight.ALL),
        (["and", states.IN_REGION, states.equals(OWN_ID, "d1")], Sight.ALL),
    ],
)
def test_how_much_a_condition_looks_at(condition: JSONValue, sight: Sight) -> None:
    """The most that any of its parts looks at."""
    assert sight_of(from_wire(condition)) is sight
