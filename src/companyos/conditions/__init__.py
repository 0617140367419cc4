"""Conditions: the strict profile of CEL that policies and flags are written in.

Here is everything that happens after a condition was read and checked: its tree, its
wire form, its text, what it means and how it is asked fast. Reading and type-checking
are in `companyos.config`.

A name is loaded when it is first asked for: who only handles values and errors, as the
import of `companyos.authz` does, waits for nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.conditions.closures import compile_condition
    from companyos.conditions.interpreter import STEPS_MAX, Observer, evaluate
    from companyos.conditions.runtime import CompiledCondition
    from companyos.conditions.text import to_text
    from companyos.conditions.tree import Node
    from companyos.conditions.values import ConditionError, StepLimitError, Value
    from companyos.conditions.wire import from_wire, to_wire

__all__ = [
    "STEPS_MAX",
    "CompiledCondition",
    "ConditionError",
    "Node",
    "Observer",
    "StepLimitError",
    "Value",
    "compile_condition",
    "evaluate",
    "from_wire",
    "to_text",
    "to_wire",
]

_HOMES = {
    "STEPS_MAX": "interpreter",
    "CompiledCondition": "runtime",
    "ConditionError": "values",
    "Node": "tree",
    "Observer": "interpreter",
    "StepLimitError": "values",
    "Value": "values",
    "compile_condition": "closures",
    "evaluate": "interpreter",
    "from_wire": "wire",
    "to_text": "text",
    "to_wire": "wire",
}


if not TYPE_CHECKING:  # else every misspelt name would be an object to the checker

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
