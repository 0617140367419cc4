"""What a condition rests on: the values it reads and its smallest questions.

An atom is a part that answers yes or no and holds no `&&`, `||`, `!` or `?:` at its
top. What a condition answers follows from its atoms alone, errors included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from companyos.conditions.tree import (
    And,
    Choice,
    Has,
    Literal,
    Node,
    Not,
    Or,
    Quantified,
    Select,
    Variable,
    children,
)

Path: TypeAlias = tuple[str, ...]
"""A value that a condition reads: `("subject", "attributes", "department")`."""

Outcome: TypeAlias = bool | None
"""Yes, no, or None: there is no answer."""

COUNTRY: Path = ("subject", "attributes", "country")
REGION: Path = ("subject", "region")
ROLES: Path = ("subject", "roles")

_NOBODY: frozenset[str] = frozenset()


def path_of(node: Node, bound: frozenset[str] = _NOBODY) -> Path | None:
    """Return the path that a row of selections from a variable reads, if it is one."""
    fields: list[str] = []
    while isinstance(node, Select):
        fields.append(node.field)
        node = node.operand
    if not isinstance(node, Variable) or node.name in bound:
        return None
    return (node.name, *reversed(fields))


def node_of(path: Path) -> Node:
    """Return the expression that reads `path`."""
    node: Node = Variable(path[0])
    for field in path[1:]:
        node = Select(node, field)
    return node


def has_node(path: Path) -> Node:
    """Return the question whether `path` is there."""
    return Has(node_of(path[:-1]), path[-1])


def paths_in(node: Node, bound: frozenset[str] = _NOBODY) -> Iterator[Path]:
    """Yield every path that `node` reads or asks for."""
    if isinstance(node, Has):
        path = path_of(node.operand, bound)
        if path is not None:
            yield (*path, node.field)
            return
    path = path_of(node, bound)
    if path is not None:
        yield path
        return
    if isinstance(node, Quantified):
        yield from paths_in(node.range, bound)
        yield from paths_in(node.body, bound | {node.variable})
        return
    for child in children(node):
        yield from paths_in(child, bound)


def atoms_in(node: Node) -> Iterator[Node]:
    """Yield the atoms of a condition, as often as they stand there."""
    match node:
        case And() | Or() | Not() | Choice():
            for child in children(node):
                yield from atoms_in(child)
        case Literal():
            return
        case _:
            yield node


def outcome_of(  # noqa: PLR0911 - one for each kind of node
    node: Node, told: Callable[[Node], Outcome]
) -> Outcome:
    """Return what a condition answers where its atoms answer as `told`."""
    match node:
        case Literal(value):
            return value if isinstance(value, bool) else None
        case Not(operand):
            inner = outcome_of(operand, told)
            return None if inner is None else not inner
        case And(left, right):
            return _settled((left, right), told, settling=False)
        case Or(left, right):
            return _settled((left, right), told, settling=True)
        case Choice(test, then, otherwise):
            chosen = outcome_of(test, told)
            if chosen is None:
                return None
            return outcome_of(then if chosen else otherwise, told)
        case _:
            return told(node)


def _settled(
    sides: tuple[Node, Node], told: Callable[[Node], Outcome], *, settling: bool
) -> Outcome:
    found = [outcome_of(side, told) for side in sides]
    if settling in found:
        return settling
    return None if None in found else not settling
