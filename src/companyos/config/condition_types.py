"""The static types of conditions: what the catalogue says a variable holds.

Types are compared by structure. There is no type for "maybe null": what is not known is
absent, and a field that may be absent is declared optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Bool:
    """True or false."""

    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number of 64 bits."""

    def __str__(self) -> str:
        return "int"


@dataclass(frozen=True, slots=True)
class String:
    """A text."""

    def __str__(self) -> str:
        return "string"


@dataclass(frozen=True, slots=True)
class ListType:
    """A list whose items have one type."""

    item: Type

    def __str__(self) -> str:
        return f"list({self.item})"


@dataclass(frozen=True, slots=True)
class MapType:
    """A map from any string to values of one type.

    A key is only known to be there where `has()` says so, or where the condition
    itself writes it: then it is in `keys`, which are not part of the type.
    """

    value: Type
    keys: frozenset[str] = field(default=frozenset(), compare=False)

    def __str__(self) -> str:
        return f"map(string, {self.value})"


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field; an optional one may be missing."""

    type: Type
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A map with declared fields, each of its own type."""

    fields: Mapping[str, Field]

    def __str__(self) -> str:
        return "object"


@dataclass(frozen=True, slots=True)
class Anything:
    """The type that fits all others: items of an empty list, and whatever is wrong."""

    def __str__(self) -> str:
        return "anything"


Type: TypeAlias = Bool | Int | String | ListType | MapType | ObjectType | Anything

Environment: TypeAlias = Mapping[str, Type]
"""The variables that a condition may name."""


def common_type(left: Type, right: Type) -> Type | None:
    """Return the type that values of both have, or None if no value has both."""
    if isinstance(left, Anything):
        return right
    if isinstance(left, ListType) and isinstance(right, ListType):
        item = common_type(left.item, right.item)
        return None if item is None else ListType(item)
    if isinstance(left, MapType) and isinstance(right, MapType):
        value = common_type(left.value, right.value)
        return None if value is None else MapType(value, left.keys & right.keys)
    return left if isinstance(right, Anything) or left == right else None
