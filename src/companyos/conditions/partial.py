"""A condition when some of its values are known: what is left to be found out.

What is left is true exactly where the condition is true, false where it is false, and
without a value where the condition has none: parts are only put aside where CEL lets
one operand settle the answer whatever the other one does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from companyos.conditions.interpreter import evaluate
from companyos.conditions.tree import (
    And,
    Call,
    Choice,
    Compare,
    Comparison,
    Has,
    ListOf,
    Literal,
    MapOf,
    Node,
    Not,
    Or,
    Quantified,
    Select,
    Variable,
    children,
)
from companyos.conditions.values import ConditionError, Value

_OPPOSITES = {Comparison.EQ: Comparison.NE, Comparison.NE: Comparison.EQ}
TRUE, FALSE = Literal(value=True), Literal(value=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the variables.

    `values` holds values by path, such as `("tenant", "env")`. Of a path in `whole`
    everything is known: a field that has no value there, and none within, does not
    exist.
    """

    values: Mapping[tuple[str, ...], Value]
    whole: frozenset[tuple[str, ...]] = frozenset()

    def holds(self, path: tuple[str, ...]) -> bool:
        """Return whether something within `path` is known, so that it exists."""
        return any(known[: len(path)] == path for known in (*self.values, *self.whole))


def remainder(node: Node, known: Known) -> Node:
    """Return what is left of `node` where these values are known."""
    return _Reduction(known).reduced(node, frozenset())


def conjunction(left: Node, right: Node) -> Node:
    """Return `left && right`, without a part that cannot change the answer."""
    if truth_of(left) is False or truth_of(right) is False:
        return FALSE
    if truth_of(left) is True:
        return right
    return left if truth_of(right) is True else And(left, right)


def disjunction(left: Node, right: Node) -> Node:
    """Return `left || right`, without a part that cannot change the answer."""
    if truth_of(left) is True or truth_of(right) is True:
        return TRUE
    if truth_of(left) is False:
        return right
    return left if truth_of(right) is False else Or(left, right)


def negation(node: Node) -> Node:
    """Return `!node`."""
    truth = truth_of(node)
    if truth is not None:
        return FALSE if truth else TRUE
    if isinstance(node, Compare) and node.operator in _OPPOSITES:
        return replace(node, operator=_OPPOSITES[node.operator])
    return node.operand if isinstance(node, Not) else Not(node)


def truth_of(node: Node) -> bool | None:
    """Return what a constant truth says, None for every other condition."""
    if isinstance(node, Literal) and isinstance(node.value, bool):
        return node.value
    return None


@dataclass(frozen=True, slots=True)
class _Reduction:
    known: Known

    def reduced(self, node: Node, bound: frozenset[str]) -> Node:
        """Return `node` reduced; `bound` are the names of quantifiers around it."""
        if isinstance(node, Variable | Select | Has):
            return self._looked_up(node, bound)
        rebuilt = self._rebuilt(node, bound)
        if isinstance(rebuilt, And):
            return conjunction(rebuilt.left, rebuilt.right)
        if isinstance(rebuilt, Or):
            return disjunction(rebuilt.left, rebuilt.right)
        if isinstance(rebuilt, Choice) and (test := truth_of(rebuilt.test)) is not None:
            return rebuilt.then if test else rebuilt.otherwise
        return rebuilt if _free(rebuilt) else _constant(rebuilt)

    def _looked_up(self, node: Variable | Select | Has, bound: frozenset[str]) -> Node:
        path = _path(node)
        if path is None or path[0] in bound:
            if isinstance(node, Variable):
                return node
            return replace(node, operand=self.reduced(node.operand, bound))
        found = self.known.values.get(path)
        if isinstance(node, Has):
            if found is not None or self.known.holds(path):
                return TRUE
            return FALSE if path[:-1] in self.known.whole else node
        constant = None if found is None else _node_of(found)
        return node if constant is None else constant

    def _rebuilt(self, node: Node, bound: frozenset[str]) -> Node:
        rebuilt = node
        match node:
            case Not():
                rebuilt = negation(self.reduced(node.operand, bound))
            case And() | Or() | Compare():
                left, right = (self.reduced(n, bound) for n in (node.left, node.right))
                rebuilt = replace(node, left=left, right=right)
            case Choice():
                test, then, other = (self.reduced(n, bound) for n in children(node))
                rebuilt = Choice(test, then, other)
            case ListOf():
                rebuilt = ListOf(tuple(self.reduced(n, bound) for n in node.items))
            case MapOf():
                entries = ((key, self.reduced(n, bound)) for key, n in node.entries)
                rebuilt = MapOf(tuple(entries))
            case Call():
                arguments = tuple(self.reduced(n, bound) for n in node.arguments)
                rebuilt = Call(node.function, arguments)
            case Quantified():
                body = self.reduced(node.body, bound | {node.variable})
                walked = self.reduced(node.range, bound)
                rebuilt = replace(node, range=walked, body=body)
            case _:
                pass  # a constant
        return rebuilt


def _path(node: Node) -> tuple[str, ...] | None:
    """Return the fields that lead to a value, beginning with the variable's name."""
    fields: list[str] = []
    while isinstance(node, Select | Has):
        fields.append(node.field)
        node = node.operand
    if not isinstance(node, Variable):
        return None
    return (node.name, *reversed(fields))


def _free(node: Node, bound: frozenset[str] = frozenset()) -> bool:
    """Return whether a value that `node` needs is not known."""
    if isinstance(node, Variable):
        return node.name not in bound
    if isinstance(node, Quantified):
        inner = bound | {node.variable}
        return _free(node.range, bound) or _free(node.body, inner)
    return any(_free(child, bound) for child in children(node))


def _constant(node: Node) -> Node:
    """Return the value of a node without variables; one without a value stays."""
    try:
        found = _node_of(evaluate(node, {}))
    except ConditionError:
        return node
    return node if found is None else found


def _node_of(value: Value) -> Node | None:
    """Return a value as it would be written, None where that is no constant."""
    if isinstance(value, bool | int | str):
        return Literal(value)
    if isinstance(value, list | tuple):
        items = [_node_of(item) for item in value]
        return ListOf(tuple(item for item in items if item is not None))
    return None
