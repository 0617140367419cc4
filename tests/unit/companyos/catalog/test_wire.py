"""The catalogue in the policies document: what is not exactly right is refused."""

from __future__ import annotations

import pytest

import desired_states as states
from companyos.catalog import Attribute, AttributeType
from companyos.catalog.wire import read_catalog
from companyos.digests import JSONObject
from companyos.errors import IntegrityError


def test_a_catalogue_is_read_as_it_is_written() -> None:
    """Roles, attributes and actions arrive in their places."""
    catalog = read_catalog(states.CATALOG, "catalog")
    assert catalog.roles["Analyst"] == ("Viewer",)
    assert catalog.actions["dataset:read"] == "dataset"
    assert catalog.resource_types["dataset"]["labels"] == Attribute(
        AttributeType.STRINGS, optional=True
    )


@pytest.mark.parametrize(
    "change",
    [
        {"roles": {"Analyst": {"inherits": ["Nobody"]}}},
        {"roles": {"Analyst": {"inherits": "Viewer"}}},
        {"roles": ["Analyst"]},
        {"actions": {"dataset:read": {"resource_type": "planet"}}},
        {"services": {"s": {"actions": ["dataset:burn"], "flags": []}}},
        {"subject": {"country": {"type": "text", "optional": False}}},
        {"subject": {"country": {"type": "string", "optional": 1}}},
        {"subject": {"country": {"type": "string"}}},
        {"resource_types": {"dataset": {"attributes": {"id": states.TEXT}},
                            "settings": {"attributes": {}}}},
        {"surprise": {}},
    ],
    ids=repr,
)  # fmt: skip
def test_a_wrong_field_is_refused(change: JSONObject) -> None:
    """Nothing is guessed, and nothing named that is not declared."""
    with pytest.raises(IntegrityError):
        read_catalog({**states.CATALOG, **change}, "catalog")
