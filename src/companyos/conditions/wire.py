"""Conditions to and from their wire form, the JSON that `tree` describes.

A tree has exactly one wire form, and reading accepts nothing else, so the digest over
the bytes is a digest over the meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from companyos.digests import INTEGER_MAX, JSONValue
from companyos.errors import IntegrityError

DEPTH_MAX = 48
"""How deep the lists may nest: canonical JSON's 64 levels, less 16 for the document."""

INT_MIN, INT_MAX = -(2**63), 2**63 - 1


def to_wire(node: Node) -> JSONValue:
    """Return the wire form of `node`."""
    match node:
        case Literal() | Variable():
            return _leaf(node)
        case Select() | Has() | Not():
            return _postfix(node)
        case And() | Or() | Choice():
            return _logic(node)
        case Compare() | Call():
            return _operation(node)
        case ListOf() | MapOf():
            return _collection(node)
        case Quantified():
            body = to_wire(node.body)
            return [node.quantifier.value, node.variable, to_wire(node.range), body]


def from_wire(value: JSONValue) -> Node:
    """Return the condition whose wire form is `value`.

    Raises:
        IntegrityError: for anything that `to_wire` does not write.
    """
    return _read(value, 1)


def is_identifier(name: str) -> bool:
    """Return whether `name` can be a variable or a field."""
    return name.isascii() and name.isidentifier()


def _leaf(node: Literal | Variable) -> JSONValue:
    if isinstance(node, Variable):
        return ["var", node.name]
    value = node.value
    if isinstance(value, int) and not -INTEGER_MAX <= value <= INTEGER_MAX:
        return ["int", str(value)]
    return ["lit", value]


def _postfix(node: Select | Has | Not) -> JSONValue:
    if isinstance(node, Not):
        return ["not", to_wire(node.operand)]
    tag = "get" if isinstance(node, Select) else "has"
    return [tag, to_wire(node.operand), node.field]


def _logic(node: And | Or | Choice) -> JSONValue:
    if isinstance(node, Choice):
        parts = (node.test, node.then, node.otherwise)
        return ["if", *(to_wire(part) for part in parts)]
    tag = "and" if isinstance(node, And) else "or"
    return [tag, to_wire(node.left), to_wire(node.right)]


def _operation(node: Compare | Call) -> JSONValue:
    if isinstance(node, Compare):
        return [node.operator.value, to_wire(node.left), to_wire(node.right)]
    arguments = [to_wire(argument) for argument in node.arguments]
    return ["call", node.function.value, arguments]


def _collection(node: ListOf | MapOf) -> JSONValue:
    if isinstance(node, ListOf):
        return ["list", [to_wire(item) for item in node.items]]
    return ["map", [[key, to_wire(item)] for key, item in node.entries]]


_Items: TypeAlias = Sequence[JSONValue]


def _read(value: JSONValue, depth: int) -> Node:
    if depth > DEPTH_MAX:
        raise IntegrityError(f"a condition is nested deeper than {DEPTH_MAX} levels")
    tag, *operands = _list(value)
    if not isinstance(tag, str) or tag not in _READERS:
        name = f"`{tag[:40]}`" if isinstance(tag, str) else "without a name"
        raise IntegrityError(f"a condition holds an unknown node {name}")
    return _READERS[tag](operands, depth + 1)


def _read_literal(items: _Items, _: int) -> Node:
    (value,) = _exactly(1, items)
    if isinstance(value, str):
        return Literal(_text(value))
    if isinstance(value, int) and -INTEGER_MAX <= value <= INTEGER_MAX:
        return Literal(value)
    raise IntegrityError("a literal is neither a bool, an int nor a string")


def _read_large_int(items: _Items, _: int) -> Node:
    digits = _text(_exactly(1, items)[0])
    # The length is checked first: converting a million digits takes minutes.
    number = int(digits) if len(digits) <= 20 and _is_decimal(digits) else 0
    # Written back it must be the same: no leading zero, no second form of one number.
    large = INT_MIN <= number < -INTEGER_MAX or INTEGER_MAX < number <= INT_MAX
    if large and str(number) == digits:
        return Literal(number)
    raise IntegrityError("a large int is not a decimal number of 64 bits")


def _read_variable(items: _Items, _: int) -> Node:
    return Variable(_identifier(_exactly(1, items)[0]))


def _read_select(items: _Items, depth: int) -> Node:
    operand, field = _exactly(2, items)
    return Select(_read(operand, depth), _identifier(field))


def _read_has(items: _Items, depth: int) -> Node:
    operand, field = _exactly(2, items)
    return Has(_read(operand, depth), _identifier(field))


def _read_not(items: _Items, depth: int) -> Node:
    return Not(_read(_exactly(1, items)[0], depth))


def _read_and(items: _Items, depth: int) -> Node:
    left, right = _exactly(2, items)
    return And(_read(left, depth), _read(right, depth))


def _read_or(items: _Items, depth: int) -> Node:
    left, right = _exactly(2, items)
    return Or(_read(left, depth), _read(right, depth))


def _read_choice(items: _Items, depth: int) -> Node:
    test, then, otherwise = (_read(item, depth) for item in _exactly(3, items))
    return Choice(test, then, otherwise)


def _read_list(items: _Items, depth: int) -> Node:
    values = _list(_exactly(1, items)[0], least=0)
    return ListOf(tuple(_read(value, depth + 1) for value in values))


def _read_map(items: _Items, depth: int) -> Node:
    pairs = [_exactly(2, _list(pair)) for pair in _list(_exactly(1, items)[0], least=0)]
    entries = tuple((_text(key), _read(value, depth + 2)) for key, value in pairs)
    if len(dict(entries)) != len(entries):
        raise IntegrityError("a key stands twice in one map of a condition")
    return MapOf(entries)


def _read_call(items: _Items, depth: int) -> Node:
    name, values = _exactly(2, items)
    function = next((known for known in Function if known == name), None)
    if function is None:
        raise IntegrityError("a condition calls an unknown function")
    count = 1 if function is Function.SIZE else 2
    arguments = _exactly(count, _list(values))
    return Call(function, tuple(_read(value, depth + 1) for value in arguments))


def _comparison_reader(operator: Comparison) -> Callable[[_Items, int], Node]:
    def read(items: _Items, depth: int) -> Node:
        left, right = _exactly(2, items)
        return Compare(operator, _read(left, depth), _read(right, depth))

    return read


def _quantifier_reader(quantifier: Quantifier) -> Callable[[_Items, int], Node]:
    def read(items: _Items, depth: int) -> Node:
        name, values, body = _exactly(3, items)
        variable = _identifier(name)
        return Quantified(
            quantifier, variable, _read(values, depth), _read(body, depth)
        )

    return read


_READERS: Mapping[str, Callable[[_Items, int], Node]] = {
    "lit": _read_literal,
    "int": _read_large_int,
    "var": _read_variable,
    "get": _read_select,
    "has": _read_has,
    "not": _read_not,
    "and": _read_and,
    "or": _read_or,
    "if": _read_choice,
    "list": _read_list,
    "map": _read_map,
    "call": _read_call,
    **{operator.value: _comparison_reader(operator) for operator in Comparison},
    **{quantifier.value: _quantifier_reader(quantifier) for quantifier in Quantifier},
}


def _list(value: JSONValue, *, least: int = 1) -> _Items:
    if isinstance(value, (list, tuple)) and len(value) >= least:
        return value
    raise IntegrityError("a condition is malformed: expected a list")


def _exactly(count: int, items: _Items) -> _Items:
    if len(items) != count:
        raise IntegrityError(
            f"a condition is malformed: expected {count} operands, found {len(items)}"
        )
    return items


def _identifier(value: JSONValue) -> str:
    if isinstance(value, str) and is_identifier(value):
        return value
    raise IntegrityError("a condition holds a name that is not an identifier")


def _text(value: JSONValue) -> str:
    if isinstance(value, str) and not _has_half_a_pair(value):
        return value
    raise IntegrityError("a condition is malformed: expected a string")


def _has_half_a_pair(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _is_decimal(digits: str) -> bool:
    return digits.isascii() and digits.removeprefix("-").isdigit()
