"""Condition text to tree: the grammar's rules, each as the node it stands for.

The grammar covers CEL; here is decided what the profile takes of it, and whatever else
is recognised is refused by name. Nodes are built while the parser, which keeps its own
stack, reduces: no nesting of the text can exhaust Python's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Never, TypeAlias, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

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
    Not,
    Or,
    Quantified,
    Quantifier,
    Select,
    Variable,
)
from companyos.config import condition_table
from companyos.config.condition_literals import (
    int_value,
    raw_string_value,
    string_value,
)
from companyos.config.condition_syntax import (
    ConditionSourceError,
    Located,
    Span,
    did_you_mean,
    located,
)

_Piece: TypeAlias = Located | Token

_KEYWORDS = frozenset({"true", "false", "null", "in"})
_RESERVED = frozenset(
    {
        *("as", "break", "const", "continue", "else", "for", "function", "if"),
        *("import", "let", "loop", "namespace", "package", "return", "var", "void"),
        "while",
    }
)
_FUNCTIONS = (*(function.value for function in Function), "has")
_METHODS = (*_FUNCTIONS[:-1], *(quantifier.value for quantifier in Quantifier))


def tree_of(source: str) -> Located:
    """Return the tree of `source`.

    Raises:
        ConditionSourceError: if it is not a condition of the profile.
    """
    try:
        tree: object = _parser().parse(source)
    except UnexpectedInput as error:
        raise _syntax_error(error, source) from None
    assert isinstance(tree, Located)  # noqa: S101 - every rule gives one
    return tree


@cache
def _parser() -> Lark:
    return condition_table.parser(_Builder())


class _Builder(Transformer[Token, Located]):
    """One method a rule of the grammar, given the rule's pieces in order."""

    def choice(self, pieces: list[_Piece]) -> Located:
        parts = _parts(pieces)
        test, then, otherwise = (part.node for part in parts)
        return located(Choice(test, then, otherwise), _span(pieces), parts)

    def any_of(self, pieces: list[_Piece]) -> Located:
        return _joined(_parts(pieces), Or)

    def all_of(self, pieces: list[_Piece]) -> Located:
        return _joined(_parts(pieces), And)

    def compare(self, pieces: list[_Piece]) -> Located:
        left, right = parts = _parts(pieces)
        node = Compare(Comparison(str(pieces[1])), left.node, right.node)
        return located(node, _span(pieces), parts)

    def negation(self, pieces: list[_Piece]) -> Located:
        (operand,) = parts = _parts(pieces)
        return located(Not(operand.node), _span(pieces), parts)

    def select(self, pieces: list[_Piece]) -> Located:
        (operand,) = parts = _parts(pieces)
        name = _name(pieces[2], _KEYWORDS)
        return located(Select(operand.node, name), _span(pieces), parts)

    def method(self, pieces: list[_Piece]) -> Located:
        name = str(pieces[2])
        parts = _parts(pieces)
        if name in {quantifier.value for quantifier in Quantifier}:
            return _quantified(Quantifier(name), parts, pieces)
        if name in _FUNCTIONS[:-1]:
            return _called(Function(name), parts, pieces)
        raise _unknown_function(pieces[2], _METHODS)

    def function(self, pieces: list[_Piece]) -> Located:
        parts = _parts(pieces)
        match str(pieces[0]):
            case "has":
                return _has(parts, pieces)
            case "size":
                return _called(Function.SIZE, parts, pieces)
            case name if name in _METHODS:
                message = f"`{name}` is not called this way"
                hint = f"write `x.{name}(…)`"
                raise ConditionSourceError(message, _at(pieces[0]), hint=hint)
            case _:
                raise _unknown_function(pieces[0], _FUNCTIONS)

    def variable(self, pieces: list[_Piece]) -> Located:
        name = _name(pieces[0], _KEYWORDS | _RESERVED)
        return located(Variable(name), _span(pieces))

    def group(self, pieces: list[_Piece]) -> Located:
        (inner,) = _parts(pieces)
        deeper = located(inner.node, _span(pieces), (inner,))
        return Located(inner.node, deeper.span, inner.parts, deeper.depth)

    def list_of(self, pieces: list[_Piece]) -> Located:
        parts = _parts(pieces)
        node = ListOf(tuple(part.node for part in parts))
        return located(node, _span(pieces), parts, levels=2)

    def map_of(self, pieces: list[_Piece]) -> Located:
        parts = _parts(pieces)
        keys = _keys(parts[::2])
        values = parts[1::2]
        entries = zip(keys, (value.node for value in values), strict=True)
        return located(MapOf(tuple(entries)), _span(pieces), values, levels=3)

    def constant(self, pieces: list[_Piece]) -> Located:
        return located(Literal(str(pieces[0]) == "true"), _span(pieces))

    def integer(self, pieces: list[_Piece]) -> Located:
        span = _span(pieces)
        return located(Literal(int_value(str(pieces[0]), span)), span)

    def string(self, pieces: list[_Piece]) -> Located:
        span = _span(pieces)
        return located(Literal(string_value(str(pieces[0]), span.start)), span)

    def raw_string(self, pieces: list[_Piece]) -> Located:
        return located(Literal(raw_string_value(str(pieces[0]))), _span(pieces))

    # What CEL has and the profile has not.

    def arithmetic(self, pieces: list[_Piece]) -> Never:
        hint = "compare with a number that is worked out already"
        raise _outside("arithmetic", pieces[1], hint)

    def minus(self, pieces: list[_Piece]) -> Never:
        hint = "a minus may only stand before a number"
        raise _outside("arithmetic", pieces[0], hint)

    def quoted_name(self, pieces: list[_Piece]) -> Never:
        hint = "name fields with letters, digits and underscores"
        raise _outside("a quoted field name", pieces[2], hint)

    def index(self, pieces: list[_Piece]) -> Never:
        hint = "select a field with `.`, ask a list with `in`, `all` or `exists`"
        raise _outside("an index in brackets", pieces[1], hint)

    def message(self, pieces: list[_Piece]) -> Never:
        raise _outside("a message", pieces[1], "write a map: `{…}`")

    def leading_dot(self, pieces: list[_Piece]) -> Never:
        raise _outside("a leading dot", pieces[0], "drop the dot")

    def unknown_literal(self, pieces: list[_Piece]) -> Never:
        literal = pieces[0]
        assert isinstance(literal, Token)  # noqa: S101 - for the type checker
        what, hint = _UNKNOWN_LITERALS[literal.type]
        raise _outside(what, literal, hint)


_UNKNOWN_LITERALS = {
    "NULL": ("`null`", "what is not known is absent: ask with `has()`"),
    "FLOAT": ("a number with a fraction or exponent", "write a whole number"),
    "UINT": ("an unsigned number", "drop the `u`"),
    "BYTES": ("a bytes literal", "drop the `b`"),
}

_UNKNOWN_FUNCTIONS = {
    "matches": "use `startsWith`, `endsWith` or `contains`",
    "exists_one": "use `all` or `exists`",
    "existsOne": "use `all` or `exists`",
    "filter": "use `all` or `exists`",
    "map": "use `all` or `exists`",
    "dyn": "conditions are typed throughout",
    "type": "conditions are typed throughout",
} | dict.fromkeys(
    ("bool", "bytes", "double", "duration", "int", "string", "timestamp", "uint"),
    "there are no conversions: compare values of the same type",
)


def _quantified(
    quantifier: Quantifier, parts: Sequence[Located], pieces: Sequence[_Piece]
) -> Located:
    if len(parts) != 3 or not isinstance(parts[1].node, Variable):
        message = f"`{quantifier}` takes a new name and a condition"
        hint = f"write `list.{quantifier}(item, …)`"
        raise ConditionSourceError(message, _at(pieces[2]), hint=hint)
    walked, name, body = parts
    node = Quantified(quantifier, parts[1].node.name, walked.node, body.node)
    # The name's place is kept last, for problems about it.
    return located(node, _span(pieces), (walked, body, name))


def _called(
    function: Function, parts: Sequence[Located], pieces: Sequence[_Piece]
) -> Located:
    wanted = 1 if function is Function.SIZE else 2
    if len(parts) != wanted:
        form = "size(x)" if function is Function.SIZE else f"x.{function}(y)"
        message = f"`{function}` has {len(parts)} operands here, expected {wanted}"
        raise ConditionSourceError(message, _span(pieces), hint=f"write `{form}`")
    node = Call(function, tuple(part.node for part in parts))
    return located(node, _span(pieces), parts, levels=2)


def _has(parts: Sequence[Located], pieces: Sequence[_Piece]) -> Located:
    if len(parts) != 1 or not isinstance(parts[0].node, Select):
        message = "`has` takes one field selection"
        hint = "write `has(subject.attributes.department)`"
        raise ConditionSourceError(message, _span(pieces), hint=hint)
    selected = parts[0].node
    # What is evaluated is the operand: the selection itself may fail.
    return located(Has(selected.operand, selected.field), _span(pieces), parts[0].parts)


def _joined(operands: Sequence[Located], operator: type[And | Or]) -> Located:
    """Return a row of `&&` or `||` as a balanced tree, so that it is never deep."""
    if len(operands) == 1:
        return operands[0]
    middle = (len(operands) + 1) // 2
    left = _joined(operands[:middle], operator)
    right = _joined(operands[middle:], operator)
    span = Span(left.span.start, right.span.end)
    return located(operator(left.node, right.node), span, (left, right))


def _keys(keys: Sequence[Located]) -> list[str]:
    found: list[str] = []
    for key in keys:
        value = key.node.value if isinstance(key.node, Literal) else None
        if not isinstance(value, str):
            message = "the key of a map is not a constant string"
            raise ConditionSourceError(message, key.span, hint='write `{"key": …}`')
        if value in found:
            message = f"the key `{value}` stands twice in one map"
            raise ConditionSourceError(message, key.span, hint="remove one")
        found.append(value)
    return found


def _name(piece: _Piece, taken: frozenset[str]) -> str:
    name = str(piece)
    if name in taken:
        message = f"`{name}` is a reserved word of CEL, expected a name"
        raise ConditionSourceError(message, _at(piece), hint="choose another name")
    return name


def _parts(pieces: Sequence[_Piece]) -> list[Located]:
    return [piece for piece in pieces if isinstance(piece, Located)]


def _at(piece: _Piece) -> Span:
    if isinstance(piece, Located):
        return piece.span
    start = piece.start_pos or 0
    return Span(start, start + len(piece))


def _span(pieces: Sequence[_Piece]) -> Span:
    return Span(_at(pieces[0]).start, _at(pieces[-1]).end)


def _outside(what: str, piece: _Piece, hint: str) -> ConditionSourceError:
    message = f"{what} is not in the profile of CEL that conditions have"
    return ConditionSourceError(message, _at(piece), hint=hint)


def _unknown_function(piece: _Piece, known: Sequence[str]) -> ConditionSourceError:
    name = str(piece)
    if name in _UNKNOWN_FUNCTIONS:
        return _outside(f"`{name}`", piece, _UNKNOWN_FUNCTIONS[name])
    message = f"unknown function `{name}`"
    return ConditionSourceError(message, _at(piece), hint=did_you_mean(name, known))


_WORDS = {"and": "&&", "or": "||", "not": "!", "is": "=="}
_SIGNS = {"&": "&&", "|": "||", "=": "=="}


def _syntax_error(error: UnexpectedInput, source: str) -> ConditionSourceError:
    # Its type is not declared, so the checker takes the default for it.
    start = cast("int | None", error.pos_in_stream) or 0
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        end = Span(len(source), len(source))
        hint = "a value, or a closing bracket, is missing"
        return ConditionSourceError("the condition ends too early", end, hint=hint)
    if isinstance(error, UnexpectedCharacters):
        return _unexpected(source[start], start)
    assert isinstance(error, UnexpectedToken)  # noqa: S101 - the parser has no others
    return _unexpected(str(error.token), start)


def _unexpected(text: str, start: int) -> ConditionSourceError:
    span = Span(start, start + len(text))
    if text in {'"', "'", "`"}:
        hint = f"end it with {text}; a backslash before a quote escapes it"
        return ConditionSourceError("a string is not closed", span, hint=hint)
    meant = _WORDS.get(text.lower()) or _SIGNS.get(text)
    hint = f"did you mean `{meant}`?" if meant else "expected another part of CEL here"
    return ConditionSourceError(f"unexpected `{text}`", span, hint=hint)
