"""What a condition asks for, part by part: operands, and the constants each may be.

A condition is true where each of its parts is true, and has no value only where one of
them has none and none is false. A part is true where one of its operands is among its
constants, and has no value only where none is and one has none. So whatever holds for
the parts holds for errors too, which a deny rule takes for true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from companyos.checks.constants import ALL, FALSE, NONE, TRUE, Constants
from companyos.conditions.text import to_text
from companyos.conditions.tree import (
    And,
    Compare,
    Comparison,
    ListOf,
    Literal,
    Node,
    Not,
    Or,
)

Part: TypeAlias = Mapping[str, Constants]
"""Operands by their text, of which one must be among its constants."""

_Demand: TypeAlias = tuple[str, Constants]

_ORDERS = {
    Comparison.LT: (False, True),
    Comparison.GT: (True, True),
    Comparison.GE: (False, False),
    Comparison.LE: (True, False),
}
"""How each order is said by `<`: are the sides exchanged, and must it be true."""


def parts_of(condition: Node, *, wanted: bool = True) -> Iterator[Part]:
    """Yield what must hold for a condition to be true, or false if that is `wanted`.

    A part that always holds is left out; one that never does is empty.
    """
    match condition:
        case Not(operand):
            yield from parts_of(operand, wanted=not wanted)
        case And(left, right) if wanted:
            yield from parts_of(left)
            yield from parts_of(right)
        case Or(left, right) if not wanted:
            yield from parts_of(left, wanted=False)
            yield from parts_of(right, wanted=False)
        case _:
            part = _part(condition, wanted=wanted)
            if part.get("") != ALL:
                part.pop("", None)
                yield part


def _part(condition: Node, *, wanted: bool) -> dict[str, Constants]:
    part: dict[str, Constants] = {}
    for operand, constants in _alternatives(condition, wanted=wanted):
        before = part.get(operand)
        part[operand] = constants if before is None else before.either(constants)
    return part


def _alternatives(condition: Node, *, wanted: bool) -> Iterator[_Demand]:
    match condition:
        case Not(operand):
            yield from _alternatives(operand, wanted=not wanted)
        case Or(left, right) if wanted:
            yield from _alternatives(left, wanted=True)
            yield from _alternatives(right, wanted=True)
        case And(left, right) if not wanted:
            yield from _alternatives(left, wanted=False)
            yield from _alternatives(right, wanted=False)
        case Compare():
            yield _compared(condition, wanted=wanted)
        case Literal(True | False as value):
            yield _constant(holds=value is wanted)
        case _:
            yield _whole(condition, wanted=wanted)


def _compared(part: Compare, *, wanted: bool) -> _Demand:
    left, right = part.left, part.right
    match part.operator:
        case Comparison.EQ:
            return _equal(left, right, wanted=wanted)
        case Comparison.NE:
            return _equal(left, right, wanted=not wanted)
        case Comparison.IN:
            if isinstance(right, ListOf) and _are_literals(right.items):
                return _among(left, right.items, wanted=wanted)
            return _whole(part, wanted=wanted)
        case _:
            is_turned, holds = _ORDERS[part.operator]
            sides = (right, left) if is_turned else (left, right)
            less = Compare(Comparison.LT, *sides)
            return _whole(less, wanted=wanted is holds)


def _equal(left: Node, right: Node, *, wanted: bool) -> _Demand:
    if isinstance(right, Literal):
        return _among(left, (right,), wanted=wanted)
    if isinstance(left, Literal):
        return _among(right, (left,), wanted=wanted)
    sides = sorted((left, right), key=to_text)
    return _whole(Compare(Comparison.EQ, *sides), wanted=wanted)


def _among(operand: Node, literals: tuple[Node, ...], *, wanted: bool) -> _Demand:
    constants = Constants(frozenset(map(to_text, literals)))
    text = to_text(operand)
    if isinstance(operand, Literal):
        return _constant(holds=(text in constants.texts) is wanted)
    return text, constants if wanted else constants.rest()


def _whole(part: Node, *, wanted: bool) -> _Demand:
    return to_text(part), TRUE if wanted else FALSE


def _constant(*, holds: bool) -> _Demand:
    """Return what asks for nothing, or for what cannot be; no operand has its text."""
    return "", ALL if holds else NONE


def _are_literals(nodes: tuple[Node, ...]) -> bool:
    return all(isinstance(node, Literal) for node in nodes)
