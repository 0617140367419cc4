"""Whether one condition is true wherever another one is, seen from their texts alone.

It answers yes only where that is certain; conditions that hold together for other
reasons are told apart as if they did not. Where one that implies another has no value,
the other is not false: so it holds for deny rules too, which deny for an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from companyos.checks.constants import Constants
from companyos.checks.demands import Part, parts_of
from companyos.conditions.text import to_text
from companyos.conditions.tree import And, Has, Node, Not, Or


class Terms(NamedTuple):
    """What a condition asks for: its parts, and of them what each operand must be.

    `choices` are the parts of several operands. One that `is_never` is certainly never
    true, since a part contradicts it; nothing else is told of it.
    """

    parts: tuple[Part, ...]
    asked: Mapping[str, Constants]
    choices: tuple[Part, ...]
    is_never: bool = False


_NEVER = Terms(({},), {}, (), is_never=True)


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
_Key: TypeAlias = tuple[str, str]


class Wider(Generic[ItemT]):
    """Conditions in a row, to find the first that is true wherever another one is.

    Each is looked up by that of its parts which the fewest others have, so a row of
    thousands needs no comparison of each with each.
    """

    def __init__(self) -> None:
        self._count = 0
        self._always: list[tuple[int, Terms, ItemT]] = []
        self._by_key: dict[_Key, list[tuple[int, Terms, ItemT]]] = {}

    def add(self, terms: Terms, item: ItemT) -> None:
        """Put a condition at the end of the row, with what it belongs to."""
        entry = (self._count, terms, item)
        self._count += 1
        if not terms.parts:
            self._always.append(entry)
            return
        for key in min((list(_keys(each)) for each in terms.parts), key=self._met):
            self._by_key.setdefault(key, []).append(entry)

    def first(self, narrow: Terms) -> ItemT | None:
        """Return what the first condition that `narrow` implies belongs to, if any."""
        found = [
            next((each for each in row if implies(narrow, each[1])), None)
            for row in (self._always, *map(self._row, _wanted(narrow)))
        ]
        return min(
            (each for each in found if each is not None),
            key=lambda each: each[0],
            default=(0, narrow, None),
        )[2]

    def _row(self, key: _Key) -> list[tuple[int, Terms, ItemT]]:
        return self._by_key.get(key, [])

    def _met(self, keys: Iterable[_Key]) -> int:
        return sum(len(self._row(key)) for key in keys)


def _keys(part: Part) -> Iterator[_Key]:
    """Yield what a part is found by: its operands, each with each constant it may be.

    Of all that it may not be one constant is enough, for who excludes more; who names
    what it is looks through all such parts.
    """
    for operand, constants in part.items():
        if constants.is_rest:
            yield operand, ""
            yield operand, "!" + min(constants.texts, default="")
        else:
            yield from ((operand, text) for text in constants.texts)


def _wanted(narrow: Terms) -> Iterator[_Key]:
    """Yield keys of which each part that `narrow` implies has one at least."""
    yield from _sought(narrow.asked)
    for choice in narrow.choices:
        possible = {each: of for each, of in choice.items() if not of.is_empty}
        yield from _sought(possible)


def _sought(part: Part) -> Iterator[_Key]:
    for operand, constants in part.items():
        if constants.is_rest:
            yield operand, "!"
            yield from ((operand, "!" + text) for text in constants.texts)
        else:
            yield operand, ""
            yield operand, min(constants.texts)


def terms_of(condition: Node) -> Terms:
    """Return a condition's terms, to be compared with those of many others."""
    parts = tuple(parts_of(condition))
    asked: dict[str, Constants] = {}
    for part in parts:
        if len(part) == 1:
            [(operand, constants)] = part.items()
            before = asked.get(operand)
            asked[operand] = constants if before is None else before.both(constants)
    if any(map(_is_empty, parts)) or any(each.is_empty for each in asked.values()):
        return _NEVER
    return Terms(parts, asked, tuple(part for part in parts if len(part) > 1))


def _is_empty(part: Part) -> bool:
    return all(constants.is_empty for constants in part.values())


def implies(narrow: Terms, wide: Terms) -> bool:
    """Return whether `wide` is certainly true wherever `narrow` is true.

    Every part of `wide` must have an operand of which `narrow` asks as much or more, or
    an operand for each of a part of `narrow`.
    """
    return all(_follows(narrow, part) for part in wide.parts)


def _follows(narrow: Terms, part: Part) -> bool:
    asked = narrow.asked
    for operand, constants in part.items():
        if operand in asked and asked[operand].are_in(constants):
            return True
    return any(
        all(each in part and of.are_in(part[each]) for each, of in choice.items())
        for choice in narrow.choices
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
