"""What a condition means: CEL's semantics exactly, one node at a time.

`&&`, `||`, `all` and `exists` are commutative: an operand that settles the answer wins
over an error in another. Evaluation has no side effects and ends within `STEPS_MAX`
steps: one for each node, and inside a quantifier also one for each item looked at, so
that no list can make a condition slow. Compiled conditions (`closures`) give the same
answers faster; this module is what they are measured against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from companyos.conditions.tree import (
    And,
    Call,
    Choice,
    Compare,
    Comparison,
    Function,
    Has,
    ListOf,
    Literal,
    MapOf,
    Node,
    Not,
    Or,
    Quantified,
    Quantifier,
    Select,
    Variable,
)
from companyos.conditions.values import (
    ConditionError,
    StepLimitError,
    Value,
    as_bool,
    as_range,
    contains,
    different,
    ends_with,
    equal,
    field_of,
    greater,
    greater_or_equal,
    has_field,
    less,
    less_or_equal,
    member,
    size_of,
    starts_with,
    weight,
)

STEPS_MAX = 100_000

Observer: TypeAlias = Callable[[Node, Value | ConditionError], None]
"""Told the outcome of every node as it becomes known, operands before operators."""


COMPARISONS: Mapping[Comparison, Callable[[Value, Value], bool]] = {
    Comparison.EQ: equal,
    Comparison.NE: different,
    Comparison.LT: less,
    Comparison.LE: less_or_equal,
    Comparison.GT: greater,
    Comparison.GE: greater_or_equal,
    Comparison.IN: member,
}


def evaluate(
    node: Node, variables: Mapping[str, Value], *, observe: Observer | None = None
) -> Value:
    """Return the value of `node` where its variables have these values.

    Raises:
        ConditionError: if it has none.
    """
    return _Evaluation(observe).value(node, variables)


class _Evaluation:
    """One evaluation and what it has spent."""

    __slots__ = ("_observe", "_quantifiers", "_steps")

    def __init__(self, observe: Observer | None) -> None:
        self._observe = observe
        self._quantifiers = 0
        self._steps = 0

    def value(self, node: Node, names: Mapping[str, Value]) -> Value:
        """Return the value of `node`, and tell the observer."""
        self._spend(1)
        if self._observe is None:
            return self._value(node, names)
        try:
            result = self._value(node, names)
        except ConditionError as error:
            self._observe(node, error)
            raise
        self._observe(node, result)
        return result

    def _value(self, node: Node, names: Mapping[str, Value]) -> Value:
        result: Value
        match node:
            case Literal():
                result = node.value
            case Variable() | Select() | Has():
                result = self._lookup(node, names)
            case Not() | And() | Or() | Choice():
                result = self._logic(node, names)
            case Compare() | Call():
                result = self._operation(node, names)
            case ListOf():
                result = [self.value(item, names) for item in node.items]
            case MapOf():
                result = {key: self.value(item, names) for key, item in node.entries}
            case Quantified():
                result = self._quantified(node, names)
        return result

    def _lookup(
        self, node: Variable | Select | Has, names: Mapping[str, Value]
    ) -> Value:
        if isinstance(node, Variable):
            if node.name not in names:
                raise ConditionError(f"no variable `{node.name}`")
            return names[node.name]
        operand = self.value(node.operand, names)
        if isinstance(node, Has):
            return has_field(operand, node.field)
        return field_of(operand, node.field)

    def _logic(
        self, node: Not | And | Or | Choice, names: Mapping[str, Value]
    ) -> Value:
        if isinstance(node, Not):
            return not self._bool(node.operand, names)
        if isinstance(node, Choice):
            chosen = self._bool(node.test, names)
            return self.value(node.then if chosen else node.otherwise, names)
        return self._settled(node, names)

    def _settled(self, node: And | Or, names: Mapping[str, Value]) -> bool:
        settling = isinstance(node, Or)
        failure: ConditionError | None = None
        try:
            if self._bool(node.left, names) is settling:
                return settling
        except StepLimitError:
            raise
        except ConditionError as error:
            failure = error
        right = self._bool(node.right, names)
        if failure is not None and right is not settling:
            raise failure
        return right

    def _operation(self, node: Compare | Call, names: Mapping[str, Value]) -> Value:
        if isinstance(node, Compare):
            left, right = self.value(node.left, names), self.value(node.right, names)
            self._weigh(left, right)
            return COMPARISONS[node.operator](left, right)
        arguments = [self.value(argument, names) for argument in node.arguments]
        self._weigh(*arguments)
        if node.function is Function.SIZE:
            return size_of(*arguments)
        return _PREDICATES[node.function](*arguments)

    def _quantified(self, node: Quantified, names: Mapping[str, Value]) -> bool:
        settling = node.quantifier is Quantifier.EXISTS
        items = as_range(self.value(node.range, names))
        failure: ConditionError | None = None
        scope = dict(names)
        self._quantifiers += 1
        for item in items:
            scope[node.variable] = item
            try:
                if self._bool(node.body, scope) is settling:
                    self._quantifiers -= 1
                    return settling
            except StepLimitError:
                raise
            except ConditionError as error:
                failure = failure or error
        self._quantifiers -= 1
        if failure is not None:
            raise failure
        return not settling

    def _bool(self, node: Node, names: Mapping[str, Value]) -> bool:
        return as_bool(self.value(node, names))

    def _weigh(self, *values: Value) -> None:
        # Outside a quantifier an operand is looked at once, and its size bounds that.
        if self._quantifiers:
            self._spend(sum(weight(value) for value in values))

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > STEPS_MAX:
            raise StepLimitError(f"more than {STEPS_MAX} steps")


_PREDICATES: Mapping[Function, Callable[[Value, Value], bool]] = {
    Function.STARTS_WITH: starts_with,
    Function.ENDS_WITH: ends_with,
    Function.CONTAINS: contains,
}
