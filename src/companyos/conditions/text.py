"""A condition as people write it: CEL text with no parentheses beyond the needed.

Reading the text back gives the same condition, apart from how a row of `&&` or `||` is
grouped, which changes no answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from companyos.conditions.tree import (
    And,
    Call,
    Choice,
    Compare,
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


class _Binding(IntEnum):
    """How tightly an operator binds its operands, loosest first."""

    CHOICE = 0
    OR = 1
    AND = 2
    RELATION = 3
    UNARY = 4
    MEMBER = 5


def to_text(node: Node) -> str:
    """Return the CEL text of `node`."""
    return _text(node, _Binding.CHOICE)


def _text(node: Node, around: _Binding) -> str:
    """Return the text of `node`, in parentheses where `around` binds tighter."""
    binding, text = _bare(node)
    return f"({text})" if binding < around else text


def _bare(node: Node) -> tuple[_Binding, str]:
    match node:
        case Literal() | Variable():
            return _Binding.MEMBER, _leaf(node)
        case Select() | Has() | Quantified() | Call():
            return _Binding.MEMBER, _member(node)
        case ListOf() | MapOf():
            return _Binding.MEMBER, _collection(node)
        case Not():
            return _Binding.UNARY, "!" + _text(node.operand, _Binding.UNARY)
        case Compare():
            left = _text(node.left, _Binding.RELATION)
            right = _text(node.right, _Binding.UNARY)
            return _Binding.RELATION, f"{left} {node.operator} {right}"
        case And() | Or() | Choice():
            return _logic(node)


def _leaf(node: Literal | Variable) -> str:
    if isinstance(node, Variable):
        return node.name
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return quoted(node.value) if isinstance(node.value, str) else str(node.value)


def _member(node: Select | Has | Quantified | Call) -> str:
    if isinstance(node, Select):
        return f"{_text(node.operand, _Binding.MEMBER)}.{node.field}"
    if isinstance(node, Has):
        return f"has({_text(node.operand, _Binding.MEMBER)}.{node.field})"
    if isinstance(node, Quantified):
        walked = _text(node.range, _Binding.MEMBER)
        return f"{walked}.{node.quantifier}({node.variable}, {to_text(node.body)})"
    receiver, *arguments = node.arguments
    if node.function is Function.SIZE:
        return f"size({to_text(receiver)})"
    called = f"{_text(receiver, _Binding.MEMBER)}.{node.function}"
    return f"{called}({_row(arguments)})"


def _collection(node: ListOf | MapOf) -> str:
    if isinstance(node, ListOf):
        return f"[{_row(node.items)}]"
    entries = (f"{quoted(key)}: {to_text(value)}" for key, value in node.entries)
    return "{" + ", ".join(entries) + "}"


def _logic(node: And | Or | Choice) -> tuple[_Binding, str]:
    if isinstance(node, Choice):
        test, then = (_text(part, _Binding.OR) for part in (node.test, node.then))
        return _Binding.CHOICE, f"{test} ? {then} : {to_text(node.otherwise)}"
    binding, sign = (
        (_Binding.AND, "&&") if isinstance(node, And) else (_Binding.OR, "||")
    )
    left, right = _text(node.left, binding), _text(node.right, binding)
    return binding, f"{left} {sign} {right}"


def _row(nodes: Iterable[Node]) -> str:
    return ", ".join(to_text(node) for node in nodes)


def quoted(value: str) -> str:
    """Return the CEL literal of a string; what cannot be seen is escaped."""
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"
