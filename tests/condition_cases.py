"""Random conditions and values for them: one grower for Hypothesis and for the oracle.

Conditions are well typed but heed no optional field. Values may lack fields and, where
asked, have fields of the wrong kind, so that errors are met as often as answers. No
string holds a control character.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

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
from companyos.conditions.values import Value
from companyos.config.condition_types import (
    Bool,
    Field,
    Int,
    ListType,
    MapType,
    ObjectType,
    String,
    Type,
)

STRINGS = ("EU", "US", "finance", "public", "", "a", "A", "é", "😀", "CompanyAdmin")
INTS = (0, 1, -1, 2, 5, 2**53, -(2**63), 2**63 - 1)

ENVIRONMENT: Mapping[str, Type] = {
    "subject": ObjectType(
        {
            "id": Field(String()),
            "roles": Field(ListType(String())),
            "level": Field(Int()),
            "active": Field(Bool()),
            "region": Field(String(), optional=True),
            "attributes": Field(
                ObjectType(
                    {
                        "department": Field(String(), optional=True),
                        "clearance": Field(Int(), optional=True),
                        "remote": Field(Bool(), optional=True),
                    }
                )
            ),
        }
    ),
    "resource": ObjectType(
        {
            "kind": Field(String()),
            "pages": Field(Int()),
            "public": Field(Bool()),
            "labels": Field(MapType(String())),
            "grades": Field(ListType(Int())),
            "region": Field(String(), optional=True),
            "owner": Field(ObjectType({"name": Field(String())}), optional=True),
        }
    ),
}
PARAMETERS = tuple(ENVIRONMENT)


@dataclass
class Grower:
    """Grows conditions and values from one source of randomness."""

    random: Random
    names: dict[str, Type] = field(default_factory=lambda: dict(ENVIRONMENT))
    quantifiers: int = 0

    def condition(self, depth: int = 3) -> Node:
        """Return a condition: an expression of type bool."""
        return self.expression(Bool(), depth)

    def expression(self, wanted: Type, depth: int) -> Node:
        """Return an expression whose declared type is the wanted one."""
        if depth > 0 and self.random.random() < 0.1:
            then, otherwise = (self.expression(wanted, depth - 1) for _ in range(2))
            return Choice(self.condition(depth - 1), then, otherwise)
        match wanted:
            case Bool():
                return self._bool(depth)
            case ListType(item) if self.random.random() < 0.4:
                count = self.random.randint(0, 3)
                return ListOf(
                    tuple(self.expression(item, depth - 1) for _ in range(count))
                )
            case MapType(value) if self.random.random() < 0.4:
                keys = self.random.sample(STRINGS, self.random.randint(0, 3))
                return MapOf(
                    tuple((key, self.expression(value, depth - 1)) for key in keys)
                )
            case Int() if depth > 0 and self.random.random() < 0.3:
                measured = self.random.choice(_MEASURED)
                operand = self.expression(measured, depth - 1)
                return Call(Function.SIZE, (operand,))
            case _:
                return self._leaf(wanted)

    def _bool(self, depth: int) -> Node:
        if depth <= 0:
            return self._leaf(Bool())
        grow: Callable[[int], Node] = self.random.choices(
            (
                self._logic,
                self._compare,
                self._member,
                self._call,
                self._has,
                self._walk,
            ),
            (6, 6, 3, 2, 2, 2),
        )[0]
        return grow(depth - 1)

    def _logic(self, depth: int) -> Node:
        if self.random.random() < 0.2:
            operand = self.condition(depth)
            # The official parser drops `!!`, and with it the error for what is no bool.
            return operand if isinstance(operand, Not) else Not(operand)
        left, right = self.condition(depth), self.condition(depth)
        return And(left, right) if self.random.random() < 0.5 else Or(left, right)

    def _compare(self, depth: int) -> Node:
        operator = self.random.choice([*Comparison][:6])
        kinds: list[Type] = [String(), String(), Int(), Bool()]
        if operator in {Comparison.EQ, Comparison.NE}:
            kinds += [ListType(String()), ListType(Int()), MapType(String())]
        kind = self.random.choice(kinds)
        left, right = (self.expression(kind, min(depth, 1)) for _ in range(2))
        return Compare(operator, left, right)

    def _member(self, depth: int) -> Node:
        item = self.random.choice(_ITEMS)
        container: Type = ListType(item)
        if isinstance(item, String) and self.random.random() < 0.3:
            container = MapType(String())
        left = self.expression(item, min(depth, 1))
        right = self.expression(container, min(depth, 1))
        return Compare(Comparison.IN, left, right)

    def _call(self, depth: int) -> Node:
        function = self.random.choice([*Function][1:])
        left, right = (self.expression(String(), min(depth, 1)) for _ in range(2))
        return Call(function, (left, right))

    def _has(self, _: int) -> Node:
        paths = [path for path in self._paths() if isinstance(path[0], Select)]
        selected = self.random.choice(paths)[0]
        assert isinstance(selected, Select)
        return Has(selected.operand, selected.field)

    def _walk(self, depth: int) -> Node:
        if self.quantifiers == 2:
            return self._compare(depth)
        item = self.random.choice(_ITEMS)
        container: Type = ListType(item)
        if isinstance(item, String) and self.random.random() < 0.3:
            container = MapType(String())
        walked = self.expression(container, 1)
        name = f"item{self.quantifiers}"
        self.names[name] = item
        self.quantifiers += 1
        body = self.condition(depth)
        self.quantifiers -= 1
        del self.names[name]
        return Quantified(self.random.choice([*Quantifier]), name, walked, body)

    def _leaf(self, wanted: Type) -> Node:
        fitting = [node for node, found in self._paths() if found == wanted]
        if fitting and self.random.random() < 0.7:
            return self.random.choice(fitting)
        match wanted:
            case Bool():
                return Literal(self.random.choice((True, False)))
            case Int():
                return Literal(self.random.choice(INTS))
            case String():
                return Literal(self.random.choice(STRINGS))
            case ListType():
                return ListOf(())
            case _:
                return MapOf(())

    def _paths(self) -> list[tuple[Node, Type]]:
        """Return every variable and selection, with its type."""
        found: list[tuple[Node, Type]] = [
            (Variable(name), kind) for name, kind in self.names.items()
        ]
        for node, kind in found:  # Grows while it is walked.
            if isinstance(kind, ObjectType):
                found += [
                    (Select(node, name), one.type) for name, one in kind.fields.items()
                ]
            elif isinstance(kind, MapType):
                found += [(Select(node, name), kind.value) for name in ("a", "finance")]
        return found

    def variables(
        self, *, missing: float = 0.0, wrong: float = 0.0
    ) -> dict[str, Value]:
        """Return values for the environment; some missing, some of a wrong kind."""
        return {
            name: self.value(kind, missing, wrong) for name, kind in ENVIRONMENT.items()
        }

    def value(self, kind: Type, missing: float, wrong: float) -> Value:
        """Return a value of this type; only optional fields lack where none may."""
        if self.random.random() < wrong:
            kind = self.random.choice(_KINDS)
        match kind:
            case Bool():
                return self.random.choice((True, False))
            case Int():
                return self.random.choice(INTS)
            case ListType(item):
                count = self.random.randint(0, 3)
                return [self.value(item, missing, wrong) for _ in range(count)]
            case MapType(value):
                keys = self.random.sample(STRINGS, self.random.randint(0, 3))
                return {key: self.value(value, missing, wrong) for key in keys}
            case ObjectType(fields):
                return {
                    name: self.value(one.type, missing, wrong)
                    for name, one in fields.items()
                    if self.random.random() >= (missing + 0.3 * one.optional)
                }
            case _:
                return self.random.choice(STRINGS)


_ITEMS: tuple[Type, ...] = (String(), String(), Int())
_MEASURED: tuple[Type, ...] = (ListType(String()), String(), MapType(String()))
_KINDS: tuple[Type, ...] = (
    Bool(),
    Int(),
    String(),
    ListType(String()),
    ListType(Bool()),
    MapType(Int()),
)
