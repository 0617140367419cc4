"""A checked condition as data: what the parser makes, services load and diff compares.

A tree holds only what passed the type checker, so a reader may trust its shape but not
the values it will meet. The wire form is JSON: a list whose first item names the node.

    ["lit", VALUE]                   bool, int or string
    ["int", "DECIMAL"]               an int that not every JSON reader can hold
    ["var", NAME]                    subject, resource, …, or a quantifier's own
    ["get", OPERAND, FIELD]          field selection
    ["has", OPERAND, FIELD]          is the optional field there
    ["not", X] ["and", X, Y] ["or", X, Y] ["if", TEST, THEN, ELSE]
    ["==" | "!=" | "<" | "<=" | ">" | ">=" | "in", LEFT, RIGHT]
    ["list", [X, …]] ["map", [[KEY, X], …]]
    ["call", NAME, [X, …]]           size, startsWith, endsWith, contains
    ["all" | "exists", NAME, RANGE, BODY]
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Comparison(StrEnum):
    """The operators that compare two values and answer yes or no."""

    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"


class Function(StrEnum):
    """The functions of the profile; all but `size` are written as methods."""

    SIZE = "size"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    CONTAINS = "contains"


class Quantifier(StrEnum):
    """The macros over a list, or over the keys of a map."""

    ALL = "all"
    EXISTS = "exists"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Variable:
    """A name given by the caller, or bound by a quantifier around it."""

    name: str


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`; a missing field is an error."""

    operand: Node
    field: str


@dataclass(frozen=True, slots=True)
class Has:
    """`has(operand.field)`; a missing field is false."""

    operand: Node
    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """`!operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class And:
    """`left && right`; false wins over an error on the other side."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Or:
    """`left || right`; true wins over an error on the other side."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """`test ? then : otherwise`."""

    test: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`."""

    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[item, …]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{key: value, …}` with constant string keys."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the profile over its arguments, the receiver first."""

    function: Function
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Quantified:
    """`range.all(variable, body)` or `range.exists(variable, body)`."""

    quantifier: Quantifier
    variable: str
    range: Node
    body: Node


Node: TypeAlias = (
    Literal | Variable | Select | Has | Not | And | Or | Choice | Compare | ListOf
    | MapOf | Call | Quantified
)  # fmt: skip


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below `node`, in the order they are written."""
    match node:
        case Select() | Has() | Not():
            return (node.operand,)
        case And() | Or() | Compare():
            return (node.left, node.right)
        case Choice():
            return (node.test, node.then, node.otherwise)
        case Quantified():
            return (node.range, node.body)
        case Literal() | Variable():
            return ()
        case _:
            return _contents(node)


def _contents(node: ListOf | MapOf | Call) -> tuple[Node, ...]:
    match node:
        case ListOf(items):
            return items
        case MapOf(entries):
            return tuple(value for _, value in entries)
        case Call(_, arguments):
            return arguments
