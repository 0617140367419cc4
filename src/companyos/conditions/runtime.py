"""What the code of a compiled condition may call, and nothing else.

Python's own names are out of its reach: of the builtins it has those below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from companyos.conditions import values
from companyos.conditions.interpreter import COMPARISONS
from companyos.conditions.values import ConditionError, Value

FAILURES = (LookupError, TypeError, AttributeError, ConditionError)
"""What the code raises where it has no answer; then the interpreter is asked."""

ITEMS_FAST = 32
"""Quantifiers over more items than this, or looking at more, count their steps."""


class CompiledCondition(Protocol):
    """A condition that is asked by calling it with the values of its parameters."""

    def __call__(self, *values: Value) -> bool:
        """Return the answer.

        Raises:
            ConditionError: if there is none.
        """
        ...


def _refuse() -> bool:
    raise ConditionError("not the usual kind of value")


def _few(value: Value) -> Sequence[Value]:
    """Return what a quantifier walks, if it is short."""
    items = values.as_range(value)
    if len(items) > ITEMS_FAST:
        raise ConditionError("many items")
    return items


def _small(value: Value) -> Value:
    """Return `value`, if looking through it costs next to nothing."""
    if isinstance(value, (bool, int)):
        return value
    if values.weight(value) > ITEMS_FAST:
        raise ConditionError("a large value")
    return value


NAMES: Mapping[str, object] = MappingProxyType(
    {
        "__builtins__": {},
        "FAILURES": FAILURES,
        "LISTS": (list, tuple),
        "all": all,
        "any": any,
        "as_bool": values.as_bool,
        "bool": bool,
        "dict": dict,
        "few": _few,
        "field_of": values.field_of,
        "has_field": values.has_field,
        "int": int,
        "len": len,
        "refuse": _refuse,
        "small": _small,
        "str": str,
        "type": type,
        "STARTS_WITH": values.starts_with,
        "ENDS_WITH": values.ends_with,
        "CONTAINS": values.contains,
        **{operator.name: test for operator, test in COMPARISONS.items()},
    }
)
