"""The values a condition meets, and how CEL compares them.

There are five kinds and no conversions between them: a bool is never an int, a number
never a string. Values of different kinds are unequal, and have no order. Lists may be
lists or tuples; maps have string keys. Whatever else arrives (None, floats, bytes,
sets) is an error, never an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from companyos.errors import CompanyosError

Value: TypeAlias = bool | int | str | Sequence["Value"] | Mapping[str, "Value"]

DEPTH_MAX = 64


class ConditionError(CompanyosError):
    """A condition that has no answer for these values, such as a missing attribute."""


class StepLimitError(ConditionError):
    """A condition that would take too long; unlike other errors nothing absorbs it."""


class Kind(StrEnum):
    """The kinds of values, in CEL's words."""

    BOOL = "bool"
    INT = "int"
    STRING = "string"
    LIST = "list"
    MAP = "map"


def kind_of(value: Value) -> Kind:
    """Return the kind of `value`.

    Raises:
        ConditionError: for a value of no kind that conditions know.
    """
    exact = _EXACT.get(type(value))
    return _inherited_kind(value) if exact is None else exact


def as_bool(value: Value) -> bool:
    """Return `value` if it is a bool, else raise `ConditionError`."""
    if value is True or value is False:
        return value
    raise _unfit("bool", value)


def as_string(value: Value) -> str:
    """Return `value` if it is a string, else raise `ConditionError`."""
    if isinstance(value, str):
        return value
    raise _unfit("string", value)


def as_map(value: Value) -> Mapping[str, Value]:
    """Return `value` if it is a map, else raise `ConditionError`."""
    if isinstance(value, Mapping):
        return value
    raise _unfit("map", value)


def as_range(value: Value) -> Sequence[Value]:
    """Return what a quantifier walks: the items of a list or the keys of a map."""
    if isinstance(value, (list, tuple)):
        return value
    if isinstance(value, Mapping):
        return tuple(value)
    raise _unfit("list or map", value)


def field_of(value: Value, field: str) -> Value:
    """Return a field of a map; a missing one is an error."""
    fields = as_map(value)
    if field not in fields:
        raise ConditionError(f"no field `{field}`")
    return fields[field]


def has_field(value: Value, field: str) -> bool:
    """Return whether a map has the field."""
    return field in as_map(value)


def size_of(value: Value) -> int:
    """Return the code points of a string, or the items of a list or map."""
    if isinstance(value, (str, list, tuple, Mapping)):
        return len(value)
    raise _unfit("string, list or map", value)


def starts_with(value: Value, prefix: Value) -> bool:
    """Return whether one string starts with the other."""
    return as_string(value).startswith(as_string(prefix))


def ends_with(value: Value, suffix: Value) -> bool:
    """Return whether one string ends with the other."""
    return as_string(value).endswith(as_string(suffix))


def contains(value: Value, part: Value) -> bool:
    """Return whether one string occurs in the other."""
    return as_string(part) in as_string(value)


def equal(left: Value, right: Value, depth: int = 0) -> bool:
    """Return whether two values are of one kind and the same throughout."""
    kind = kind_of(left)
    if kind is not kind_of(right):
        return False
    if kind is Kind.LIST:
        return _equal_lists(as_range(left), as_range(right), depth)
    if kind is Kind.MAP:
        return _equal_maps(as_map(left), as_map(right), depth)
    return left == right


def different(left: Value, right: Value) -> bool:
    """Return the opposite of `equal`."""
    return not equal(left, right)


def less(left: Value, right: Value) -> bool:
    """Return whether `left` comes before `right`.

    False comes before true; strings are ordered by code point.
    """
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    if (
        isinstance(left, int)
        and isinstance(right, int)
        and isinstance(left, bool) is isinstance(right, bool)
    ):
        return left < right
    raise ConditionError(f"no order between {kind_of(left)} and {kind_of(right)}")


def less_or_equal(left: Value, right: Value) -> bool:
    """Return whether `left` does not come after `right`."""
    return not less(right, left)


def greater(left: Value, right: Value) -> bool:
    """Return whether `left` comes after `right`."""
    return less(right, left)


def greater_or_equal(left: Value, right: Value) -> bool:
    """Return whether `left` does not come before `right`."""
    return not less(left, right)


def member(item: Value, container: Value) -> bool:
    """Return whether a list holds the item, or a map the key; never a substring."""
    if isinstance(container, (list, tuple)):
        return any(equal(item, other) for other in container)
    keys = as_map(container)
    if isinstance(item, str):
        return item in keys
    if kind_of(item) in {Kind.LIST, Kind.MAP}:
        raise _unfit("key", item)
    return False


def weight(value: Value, depth: int = 0) -> int:
    """Return how many steps it takes to look through `value` once."""
    if isinstance(value, str):
        return len(value) >> 10
    if isinstance(value, Mapping):
        return len(value) + sum(
            weight(key) + weight(item, _deeper(depth)) for key, item in value.items()
        )
    if isinstance(value, (list, tuple)):
        return len(value) + sum(weight(item, _deeper(depth)) for item in value)
    return 0


_EXACT: Mapping[type, Kind] = {
    bool: Kind.BOOL,
    int: Kind.INT,
    str: Kind.STRING,
    list: Kind.LIST,
    tuple: Kind.LIST,
    dict: Kind.MAP,
}


def _inherited_kind(value: Value) -> Kind:
    if isinstance(value, str):
        return Kind.STRING
    if isinstance(value, int):
        return Kind.INT
    if isinstance(value, (list, tuple)):
        return Kind.LIST
    if isinstance(value, Mapping):
        return Kind.MAP
    raise ConditionError(f"`{type(value).__name__}` is not a kind of value here")


def _equal_lists(left: Sequence[Value], right: Sequence[Value], depth: int) -> bool:
    deeper = _deeper(depth)
    return len(left) == len(right) and all(
        equal(one, other, deeper) for one, other in zip(left, right, strict=True)
    )


def _equal_maps(
    left: Mapping[str, Value], right: Mapping[str, Value], depth: int
) -> bool:
    deeper = _deeper(depth)
    return len(left) == len(right) and all(
        key in right and equal(value, right[key], deeper) for key, value in left.items()
    )


def _deeper(depth: int) -> int:
    # A value that contains itself would otherwise never end.
    if depth >= DEPTH_MAX:
        raise ConditionError(f"a value is nested deeper than {DEPTH_MAX} levels")
    return depth + 1


def _unfit(wanted: str, value: Value) -> ConditionError:
    return ConditionError(f"expected a {wanted}, found a {kind_of(value)}")
