"""Circles in references are found, each once, however long the way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from companyos.checks.cycles import cycles, spelled
from companyos.checks.facts import Word
from companyos.findings import Place


def edges(*rows: tuple[str, str]) -> dict[str, list[Word]]:
    """Return references, each placed in the file of who refers."""
    found: dict[str, list[Word]] = {}
    for source, target in rows:
        found.setdefault(source, []).append(Word(target, f"{source}.yaml"))
        found.setdefault(target, [])
    return found


def test_a_tree_has_no_circle() -> None:
    """Two ways to one place are no circle."""
    assert list(cycles(edges(("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")))) == []


def test_a_circle_begins_at_its_smallest_name() -> None:
    """So it is told alike wherever the search began."""
    [found] = cycles(edges(("x", "c"), ("c", "a"), ("a", "b"), ("b", "c")))
    assert spelled(found) == "`a` → `b` → `c` → `a`"
    assert found[0].place == Place("a.yaml")


def test_who_refers_to_itself_is_a_circle() -> None:
    """The shortest one."""
    [found] = cycles(edges(("a", "a")))
    assert spelled(found) == "`a` → `a`"


def test_two_circles_are_two() -> None:
    """Circles apart from each other are both told."""
    found = cycles(edges(("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")))
    assert [spelled(each) for each in found] == ["`a` → `b` → `a`", "`c` → `d` → `c`"]


def test_a_very_long_chain_is_no_problem() -> None:
    """The search does not recurse."""
    rows = [(f"n{i:05}", f"n{i + 1:05}") for i in range(20_000)]
    assert list(cycles(edges(*rows))) == []
    assert len(list(cycles(edges(*rows, ("n20000", "n00000"))))) == 1


NAMES = st.sampled_from("abcde")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=10, unique=True))
def test_a_circle_is_found_where_and_only_where_there_is_one(
    rows: list[tuple[str, str]],
) -> None:
    """There is a circle exactly where some name can be reached from itself."""
    reached = {
        source: {target for s, target in rows if s == source} for source in "abcde"
    }
    for _ in "abcde":
        for near_by in reached.values():
            near_by |= {far for near in near_by for far in reached[near]}
    has_circle = any(source in reached[source] for source in reached)
    found = list(cycles(edges(*rows)))
    assert bool(found) is has_circle
    for circle in found:
        pairs = [(circle[i - 1].text, circle[i].text) for i in range(len(circle))]
        assert set(pairs) <= set(rows)
