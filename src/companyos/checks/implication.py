"""Whether one condition is true wherever another one is, seen from their texts alone.

It answers yes only where that is certain; conditions that hold together for other
reasons are told apart as if they did not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar

from companyos.conditions.text import to_text
from companyos.conditions.tree import And, Has, Literal, Node, Not, Or


class Terms(NamedTuple):
    """What a condition asks for, as texts: its parts, and the alternatives of each.

    One that `is_never` is certainly never true: a part contradicts it.
    """

    asked: frozenset[str]
    ways: tuple[frozenset[str], ...]
    is_never: bool


class Known:
    """Conditions' terms, those of each found once however many rules share it."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Node, Terms]] = {}

    def terms(self, condition: Node) -> Terms:
        """Return a condition's terms."""
        found = self._found.get(id(condition))
        if found is None:
            # The tree is kept beside, so that no other one gets its identity.
            found = self._found[id(condition)] = condition, terms_of(condition)
        return found[1]


ItemT = TypeVar("ItemT")


class Wider(Generic[ItemT]):
    """Conditions in a row, to find the first that is true wherever another one is.

    Each is looked up by that of its parts which the fewest others have, so a row of
    thousands needs no comparison of each with each.
    """

    def __init__(self) -> None:
        self._count = 0
        self._always: list[tuple[int, Terms, ItemT]] = []
        self._by_text: dict[str, list[tuple[int, Terms, ItemT]]] = {}

    def add(self, terms: Terms, item: ItemT) -> None:
        """Put a condition at the end of the row, with what it belongs to."""
        entry = (self._count, terms, item)
        self._count += 1
        if not terms.ways:
            self._always.append(entry)
            return
        for text in min(terms.ways, key=self._met):
            self._by_text.setdefault(text, []).append(entry)

    def first(self, narrow: Terms) -> ItemT | None:
        """Return what the first condition that `narrow` implies belongs to, if any."""
        found = [
            next((each for each in row if implies(narrow, each[1])), None)
            for row in (self._always, *map(self._row, narrow.asked))
        ]
        return min(
            (each for each in found if each is not None),
            key=lambda each: each[0],
            default=(0, narrow, None),
        )[2]

    def _row(self, text: str) -> list[tuple[int, Terms, ItemT]]:
        return self._by_text.get(text, [])

    def _met(self, ways: frozenset[str]) -> int:
        return sum(len(self._row(text)) for text in ways)


def terms_of(condition: Node) -> Terms:
    """Return a condition's terms, to be compared with those of many others."""
    parts = [(part, to_text(part)) for part in conjuncts(condition)]
    asked = frozenset(text for _, text in parts)
    return Terms(
        asked=asked,
        ways=tuple(
            frozenset(map(to_text, alternatives(part)))
            if isinstance(part, Or)
            else frozenset((text,))
            for part, text in parts
            if not _is(part, value=True)
        ),
        is_never=any(
            _is(part, value=False)
            or (isinstance(part, Not) and to_text(part.operand) in asked)
            for part, _ in parts
        ),
    )


def implies(narrow: Terms, wide: Terms) -> bool:
    """Return whether `wide` is certainly true wherever `narrow` is true.

    Every part that `wide` asks for must be one that `narrow` asks for too, or have an
    alternative that is.
    """
    return all(not ways.isdisjoint(narrow.asked) for ways in wide.ways)


def unguarded(condition: Node) -> Has | None:
    """Return an optional attribute without which the condition is false, if any.

    Where another alternative says what holds without it, nothing is missing.
    """
    ways = [list(conjuncts(way)) for way in alternatives(condition)]
    said = {
        to_text(part.operand)
        for parts in ways
        for part in parts
        if isinstance(part, Not) and isinstance(part.operand, Has)
    }
    asked = [part for parts in ways for part in parts if isinstance(part, Has)]
    return next((part for part in asked if to_text(part) not in said), None)


def conjuncts(condition: Node) -> Iterator[Node]:
    """Yield the parts of a row of `&&`."""
    if isinstance(condition, And):
        yield from conjuncts(condition.left)
        yield from conjuncts(condition.right)
    else:
        yield condition


def alternatives(condition: Node) -> Iterator[Node]:
    """Yield the parts of a row of `||`."""
    if isinstance(condition, Or):
        yield from alternatives(condition.left)
        yield from alternatives(condition.right)
    else:
        yield condition


def _is(condition: Node, *, value: bool) -> bool:
    return isinstance(condition, Literal) and condition.value is value
