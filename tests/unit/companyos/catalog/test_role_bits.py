"""Sets of roles as integers: they meet where the sets meet."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companyos.catalog.role_bits import RoleBits

ROLES = tuple(f"Role{n}" for n in range(70))
SETS = st.frozensets(st.sampled_from(ROLES), max_size=6)


@given(SETS, SETS)
def test_two_sets_meet_where_they_share_a_role(
    wanted: frozenset[str], held: frozenset[str]
) -> None:
    """Also with more roles than a machine word has bits."""
    bits = RoleBits(ROLES)
    meet = bool(bits.wanted(wanted) & bits.held(held))
    assert meet is not wanted.isdisjoint(held)


@given(SETS)
def test_a_rule_for_everybody_meets_every_subject(held: frozenset[str]) -> None:
    """One without any role included."""
    bits = RoleBits(ROLES)
    assert bits.wanted(None) & bits.held(held)
