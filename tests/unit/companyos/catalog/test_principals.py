"""Subjects as conditions see them, and the bounded memory of the checked ones."""

from __future__ import annotations

import desired_states as states
from companyos.catalog import Principal, Principals
from companyos.catalog.wire import read_catalog
from companyos.tenants import Regions

CATALOG = read_catalog(states.CATALOG, "catalog")
REGIONS = Regions({"DE": "eu"})


def test_a_subject_has_the_region_of_its_country() -> None:
    """The region is derived; a country of no region gives none."""
    principals = Principals(CATALOG, REGIONS)
    seen = []
    for country in ("DE", "BR"):
        principal = principals.of(states.subject(country=country))
        assert isinstance(principal, Principal)
        seen.append(principal.variables.get("region"))
    assert seen == ["eu", None]


def test_conditions_see_roles_in_order_and_declared_attributes_only() -> None:
    """What a condition sees does not depend on hashing, or on extra knowledge."""
    subject = states.subject("ana", "Viewer", "Analyst", country="DE", shoe_size="42")
    principal = Principals(CATALOG, REGIONS).of(subject)
    assert isinstance(principal, Principal)
    assert principal.variables == {
        "id": "ana",
        "tenant": "pilot-a",
        "roles": ("Analyst", "Viewer"),
        "attributes": {"country": "DE"},
        "region": "eu",
    }


def test_a_subject_is_checked_once() -> None:
    """The same object gives the same principal."""
    principals = Principals(CATALOG, REGIONS)
    subject = states.subject()
    assert principals.of(subject) is principals.of(subject)


def test_the_memory_is_bounded() -> None:
    """However many subjects come by, no more than its capacity is held."""
    principals = Principals(CATALOG, REGIONS, capacity=8)
    for n in range(100):
        principals.of(states.subject(f"s{n}"))
        assert principals.remembered <= 8


def test_a_refused_subject_is_not_remembered() -> None:
    """What does not fit is refused each time, and takes no room."""
    principals = Principals(CATALOG, REGIONS)
    stranger = states.subject("ana", "Root")
    assert "role" in str(principals.of(stranger))
    assert "role" in str(principals.of(stranger))
    assert principals.remembered == 0
