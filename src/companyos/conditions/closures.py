"""Conditions as Python functions, as fast as if somebody had written them by hand.

A compiled condition gives the interpreter's answer for every value: it is the
interpreter that answers wherever the fast code fails, because an error on one side of
`&&` and `||` may be absorbed by the other.
"""

from __future__ import annotations

from companyos.conditions.interpreter import STEPS_MAX, evaluate
from companyos.conditions.runtime import CompiledCondition
from companyos.conditions.tree import Node
from companyos.conditions.values import Value, as_bool


def compile_condition(node: Node, parameters: tuple[str, ...]) -> CompiledCondition:
    """Return the function of `node`, taking its variables in this order."""
    # Writing code needs modules that a process which only loads this one does not.
    from companyos.conditions.codegen import function_of, steps_at_most  # noqa: PLC0415

    def exact(*values: Value) -> bool:
        return as_bool(evaluate(node, dict(zip(parameters, values, strict=True))))

    if steps_at_most(node) > STEPS_MAX:
        return exact
    return function_of(node, parameters, exact)
