"""The type check: a condition that passes cannot fail on values of the declared types.

Both sides of every comparison have one type, every field exists, and a field that may
be missing is only read where `has()` has said that it is there. What `has()` says is
followed through `&&`, `||`, `!` and `?:`, from left to right. All problems are
reported, not only the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from companyos.conditions.text import to_text
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
    Select,
    Variable,
)
from companyos.config.condition_syntax import (
    ConditionProblem,
    Located,
    did_you_mean,
    problem_at,
)
from companyos.config.condition_types import (
    Anything,
    Bool,
    Environment,
    Int,
    ListType,
    MapType,
    ObjectType,
    String,
    Type,
    common_type,
)

NESTING_MAX = 2
"""How many quantifiers may stand within each other."""


def check(
    source: str, root: Located, environment: Environment, *, require_bool: bool = True
) -> Type | tuple[ConditionProblem, ...]:
    """Return the type of the condition at `root`, or all that is wrong with it."""
    checker = _Checker(source)
    scope = _Scope(environment)
    if require_bool:
        found: Type = checker.bool_at(root, scope).type
    else:
        found = checker.verdict(root, scope).type
    return tuple(checker.problems) or found


_Facts: TypeAlias = frozenset[Node]
"""Selections that are known to succeed."""

_NOTHING: _Facts = frozenset()


@dataclass(frozen=True, slots=True)
class _Verdict:
    """A type, and the facts that hold where the value turns out true, and false."""

    type: Type
    when_true: _Facts = _NOTHING
    when_false: _Facts = _NOTHING


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is known where a node stands."""

    names: Mapping[str, Type]
    facts: _Facts = _NOTHING
    nesting: int = 0

    def knowing(self, facts: _Facts) -> _Scope:
        return replace(self, facts=self.facts | facts)


class _Checker:
    """Checks one condition and gathers its problems."""

    def __init__(self, source: str) -> None:
        self.problems: list[ConditionProblem] = []
        self._source = source

    def verdict(self, at: Located, scope: _Scope) -> _Verdict:
        """Return what is known of the value at this place."""
        match at.node:
            case Literal(value):
                return _Verdict(_literal_type(value))
            case Variable() | Select() | Has():
                return self._lookup(at, at.node, scope)
            case Not() | And() | Or() | Choice():
                return self._logic(at, at.node, scope)
            case Compare() | Call():
                return self._operation(at, at.node, scope)
            case ListOf() | MapOf():
                return _Verdict(self._collection(at, at.node, scope))
            case Quantified():
                return self._quantified(at, at.node, scope)

    def bool_at(self, at: Located, scope: _Scope) -> _Verdict:
        """Return what is known of a value that has to be a bool."""
        verdict = self.verdict(at, scope)
        if common_type(verdict.type, Bool()) is None:
            self._report(at, f"`{self._text(at)}` is of type {verdict.type}, not bool")
        return replace(verdict, type=Bool())

    # Variables and fields.

    def _lookup(
        self, at: Located, node: Variable | Select | Has, scope: _Scope
    ) -> _Verdict:
        if isinstance(node, Variable):
            return _Verdict(self._variable(at, node, scope))
        owner = self.verdict(at.parts[0], scope).type
        if isinstance(node, Has):
            self._field(at, owner, node)
            return _Verdict(Bool(), frozenset({Select(node.operand, node.field)}))
        found, may_be_missing = self._field(at, owner, node)
        if may_be_missing and node not in scope.facts:
            path = to_text(node)
            self._report(
                at,
                f"`{path}` may be missing",
                f"write `has({path}) && …` before it; in a rule that denies"
                f" `!has({path}) || …`, or whoever lacks it gets through",
            )
        return _Verdict(found)

    def _variable(self, at: Located, node: Variable, scope: _Scope) -> Type:
        if node.name in scope.names:
            return scope.names[node.name]
        hint = did_you_mean(node.name, list(scope.names))
        return self._report(at, f"unknown variable `{node.name}`", hint)

    def _field(self, at: Located, owner: Type, node: Select | Has) -> tuple[Type, bool]:
        """Return the type of a field, and whether it may be missing."""
        match owner:
            case ObjectType(fields) if node.field in fields:
                found = fields[node.field]
                return found.type, found.optional
            case ObjectType(fields):
                text = to_text(node.operand)
                message = f"`{text}` has no field `{node.field}`"
                hint = did_you_mean(node.field, list(fields))
                return self._report(at, message, hint), False
            case MapType(value, keys):
                return value, node.field not in keys
            case Anything():
                return owner, False
            case _:
                text = to_text(node.operand)
                message = f"`{text}` is of type {owner} and has no fields"
                return self._report(at, message), False

    # Logic, and the facts that come of it.

    def _logic(
        self, at: Located, node: Not | And | Or | Choice, scope: _Scope
    ) -> _Verdict:
        first = self.bool_at(at.parts[0], scope)
        match node:
            case Not():
                return _Verdict(Bool(), first.when_false, first.when_true)
            case And():
                then = self.bool_at(at.parts[1], scope.knowing(first.when_true))
                return _Verdict(
                    Bool(),
                    first.when_true | then.when_true,
                    first.when_false & (first.when_true | then.when_false),
                )
            case Or():
                then = self.bool_at(at.parts[1], scope.knowing(first.when_false))
                return _Verdict(
                    Bool(),
                    first.when_true & (first.when_false | then.when_true),
                    first.when_false | then.when_false,
                )
            case Choice():
                return self._choice(at, first, scope)

    def _choice(self, at: Located, test: _Verdict, scope: _Scope) -> _Verdict:
        _, then_at, other_at = at.parts
        then = self.verdict(then_at, scope.knowing(test.when_true))
        other = self.verdict(other_at, scope.knowing(test.when_false))
        found = common_type(then.type, other.type)
        if found is None:
            found = self._report(
                at,
                f"`?:` chooses between {then.type} and {other.type}",
                "both choices need the same type",
            )
        return _Verdict(
            found,
            (test.when_true | then.when_true) & (test.when_false | other.when_true),
            (test.when_true | then.when_false) & (test.when_false | other.when_false),
        )

    # Comparisons and functions.

    def _operation(self, at: Located, node: Compare | Call, scope: _Scope) -> _Verdict:
        types = [self.verdict(part, scope).type for part in at.parts]
        if isinstance(node, Call):
            return _Verdict(self._called(at, node.function, types))
        if node.operator is Comparison.IN:
            self._member(at, *types)
        else:
            self._compared(at, node.operator, *types)
        return _Verdict(Bool())

    def _compared(
        self, at: Located, operator: Comparison, left: Type, right: Type
    ) -> None:
        found = common_type(left, right)
        if found is None:
            message = f"`{operator}` compares {left} with {right}"
            self._report(at, message, "both sides need the same type")
        elif operator in {Comparison.EQ, Comparison.NE}:
            return
        elif not isinstance(found, (Bool, Int, String, Anything)):
            message = f"`{operator}` has no meaning for {found}"
            self._report(at, message, "only bool, int and string have an order")

    def _member(self, at: Located, item: Type, container: Type) -> None:
        match container:
            case ListType(wanted):
                hint = "the item needs the type of the list's items"
            case MapType():
                wanted, hint = String(), "the keys of a map are strings"
            case Anything():
                return
            case ObjectType():
                self._report(at, "`in` has no meaning for an object", "use `has()`")
                return
            case _:
                hint = "use `contains` for a part of a string"
                self._report(at, f"`in` looks into {container}, not a list", hint)
                return
        if common_type(item, wanted) is None:
            self._report(at, f"`in` looks for {item} in {container}", hint)

    def _called(self, at: Located, function: Function, types: Sequence[Type]) -> Type:
        if function is Function.SIZE:
            if not isinstance(types[0], (String, ListType, MapType, Anything)):
                hint = "strings, lists and maps have one"
                return self._report(at, f"`size` of {types[0]}", hint)
            return Int()
        for part, found in zip(at.parts, types, strict=True):
            if common_type(found, String()) is None:
                is_list = isinstance(found, ListType)
                hint = "use `item in list`" if is_list else "it works on strings"
                self._report(part, f"`{function}` is given {found}, not string", hint)
        return Bool()

    def _collection(self, at: Located, node: ListOf | MapOf, scope: _Scope) -> Type:
        found: Type = Anything()
        for part in at.parts:
            item = self.verdict(part, scope).type
            both = common_type(found, item)
            if both is None:
                both = found
                what = "a list" if isinstance(node, ListOf) else "a map"
                self._report(
                    part,
                    f"{what} of {found} also holds {item}",
                    f"the values of {what} need the same type",
                )
            found = both
        if isinstance(node, ListOf):
            return ListType(found)
        return MapType(found, frozenset(key for key, _ in node.entries))

    # Quantifiers.

    def _quantified(self, at: Located, node: Quantified, scope: _Scope) -> _Verdict:
        walked, body, name = at.parts
        item = self._item(walked, self.verdict(walked, scope).type)
        if node.variable in scope.names:
            message = f"`{node.variable}` is already the name of something else"
            self._report(name, message, "choose another name")
        if scope.nesting == NESTING_MAX:
            message = f"more than {NESTING_MAX} quantifiers within each other"
            self._report(at, message, "split the condition into several rules")
        names = {**scope.names, node.variable: item}
        inner = replace(scope, names=names, nesting=scope.nesting + 1)
        self.bool_at(body, inner)
        return _Verdict(Bool())

    def _item(self, walked: Located, found: Type) -> Type:
        match found:
            case ListType(item):
                return item
            case MapType():
                return String()
            case Anything():
                return found
            case _:
                text = self._text(walked)
                return self._report(walked, f"`{text}` is of type {found}, not a list")

    def _report(self, at: Located, message: str, hint: str = "") -> Type:
        """Note a problem, and return a type that causes no further ones."""
        self.problems.append(problem_at(self._source, at.span, message, hint=hint))
        return Anything()

    def _text(self, at: Located) -> str:
        text = self._source[at.span.start : at.span.end]
        return text if len(text) <= 60 else text[:59] + "…"


def _literal_type(value: bool | int | str) -> Type:  # noqa: FBT001 - a constant
    if isinstance(value, bool):
        return Bool()
    return Int() if isinstance(value, int) else String()
