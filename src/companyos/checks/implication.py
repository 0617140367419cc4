"""Whether one condition is true wherever another one is, seen from their texts alone.

It answers yes only where that is certain; conditions that hold together for other
reasons are told apart as if they did not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from companyos.conditions.text import to_text
from companyos.conditions.tree import And, Has, Literal, Node, Not, Or


@dataclass(frozen=True, slots=True)
class Terms:
    """What a condition asks for, as texts: its parts, and the alternatives of each."""

    asked: frozenset[str]
    ways: tuple[frozenset[str], ...]


def terms_of(condition: Node) -> Terms:
    """Return a condition's terms, to be compared with those of many others."""
    parts = list(conjuncts(condition))
    return Terms(
        asked=frozenset(to_text(part) for part in parts),
        ways=tuple(
            frozenset(to_text(way) for way in alternatives(part))
            for part in parts
            if not _is(part, value=True)
        ),
    )


def implies(narrow: Terms, wide: Terms) -> bool:
    """Return whether `wide` is certainly true wherever `narrow` is true.

    Every part that `wide` asks for must be one that `narrow` asks for too, or have an
    alternative that is.
    """
    return all(not ways.isdisjoint(narrow.asked) for ways in wide.ways)


def is_never(condition: Node) -> bool:
    """Return whether a condition is certainly never true: a part contradicts it."""
    parts = list(conjuncts(condition))
    texts = {to_text(part) for part in parts}
    return any(
        _is(part, value=False)
        or (isinstance(part, Not) and to_text(part.operand) in texts)
        for part in parts
    )


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
