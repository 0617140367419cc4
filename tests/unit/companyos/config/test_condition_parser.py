"""Text to tree: CEL's grammar, and everything outside the profile refused by name."""

from __future__ import annotations

import json
import subprocess
import sys
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.conditions import Node, to_wire
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
from companyos.conditions.wire import DEPTH_MAX
from companyos.config.condition_parser import (
    ParsedCondition,
    parse_condition,
    parse_source,
)
from companyos.config.condition_syntax import SOURCE_MAX, ConditionProblem, Located
from companyos.config.condition_types import Bool, Field, ObjectType, String
from companyos.config.kinds import Kind
from companyos.config.schema_files import schema_of
from companyos.digests import JSONValue

A, B, C, D = (Variable(name) for name in "abcd")


def read(source: str) -> Node:
    """Return the tree of a text that has one."""
    root = parse_source(source)
    assert isinstance(root, Located), root
    return root.node


def problem(source: str) -> ConditionProblem:
    """Return the one problem of a text."""
    found = parse_source(source)
    assert isinstance(found, tuple), found
    (one,) = found
    return one


def marked(source: str) -> str:
    """Return the part of the text that its problem is about."""
    found = problem(source)
    return source[found.start - 1 : found.end - 1]


@pytest.mark.parametrize(
    ("source", "node"),
    [
        ("a ? b : c ? d : a", Choice(A, B, Choice(C, D, A))),
        ("a || b ? c : d", Choice(Or(A, B), C, D)),
        ("a || b && c", Or(A, And(B, C))),
        ("a && b == c", And(A, Compare(Comparison.EQ, B, C))),
        (
            "a == b != c",
            Compare(Comparison.NE, Compare(Comparison.EQ, A, B), C),
        ),
        ("!a.b", Not(Select(A, "b"))),
        ("!!a", Not(Not(A))),
        ("!a == b", Compare(Comparison.EQ, Not(A), B)),
        ("(a || b) && c", And(Or(A, B), C)),
        ("a in [b, c,]", Compare(Comparison.IN, A, ListOf((B, C)))),
        ("{\"k\": a, 'l': b}", MapOf((("k", A), ("l", B)))),
        ("[]", ListOf(())),
        ("{}", MapOf(())),
        ("has(a.b.c)", Has(Select(A, "b"), "c")),
        ("size(a)", Call(Function.SIZE, (A,))),
        ("a.size()", Call(Function.SIZE, (A,))),
        ("a.startsWith(b)", Call(Function.STARTS_WITH, (A, B))),
        ("a.all(x, x)", Quantified(Quantifier.ALL, "x", A, Variable("x"))),
        ("a // a comment && b\n&& c // another", And(A, C)),
        (
            "index in inner",
            Compare(Comparison.IN, Variable("index"), Variable("inner")),
        ),
        ("a.package.if", Select(Select(A, "package"), "if")),
    ],
)
def test_expressions_read_as_in_cel(source: str, node: Node) -> None:
    """Precedence and grouping are CEL's."""
    assert read(source) == node


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("true", True),
        ("007", 7),
        ("0xFf", 255),
        ("-0x10", -16),
        ("- 5", -5),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("-0x8000000000000000", -(2**63)),
        ("0" * 3_000 + "1", 1),
        ("'a\"b'", 'a"b'),
        ('"it\'s"', "it's"),
        (r"'\a\b\f\n\r\t\v\\\'\"\`\?'", "\a\b\f\n\r\t\v\\'\"`?"),
        (r"'\x41\X41\u00e9\U0001F431\101'", "AAé🐱A"),
        (r"r'\n\'", r"\n" + "\\"),
        ("'''a'b\n''c'''", "a'b\n''c"),
        ('r"""a\\"""', "a\\"),
        ("'// no comment'", "// no comment"),
    ],
)
def test_literals(source: str, value: bool | int | str) -> None:  # noqa: FBT001
    """Numbers and strings in all of CEL's spellings."""
    assert read(source) == Literal(value)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("a == 1.5", "1.5"),
        ("a == 1e3", "1e3"),
        ("a == .5", ".5"),
        ("a == -1.5", "1.5"),
        ("a == 1u", "1u"),
        ("a == b'x'", "b'x'"),
        ('a == rb"x"', 'rb"x"'),
        ("a == null", "null"),
        ("a + b == c", "+"),
        ("a-1 == c", "-"),
        ("a * b == c", "*"),
        ("a / b == c", "/"),
        ("a % b == c", "%"),
        ("-a == b", "-"),
        ("--1 == b", "-"),
        ('a["b"]', "["),
        ("a.`b-c`", "`b-c`"),
        (".a == b", "."),
        ("a.B{c: 1} == b", "{"),
        ("a.matches('x')", "matches"),
        ("matches(a, 'x')", "matches"),
        ("a.map(x, x)", "map"),
        ("a.filter(x, x)", "filter"),
        ("a.exists_one(x, x)", "exists_one"),
        ("timestamp('2026-01-01T00:00:00Z') == a", "timestamp"),
        ("duration('1s') == a", "duration"),
        ("int(a) == 1", "int"),
        ("dyn(a)", "dyn"),
        ("type(a) == b", "type"),
    ],
)
def test_what_the_profile_lacks_is_named_and_marked(source: str, part: str) -> None:
    """CEL that conditions do not have is an error at its own place, with a way out."""
    found = problem(source)
    assert "not in the profile" in found.message
    assert found.hint
    assert marked(source) == part


@pytest.mark.parametrize(
    ("source", "part", "message"),
    [
        ("", "", "the condition is empty"),
        (" \n ", " \n ", "the condition is empty"),
        ("a &&", "", "the condition ends too early"),
        ("(a", "", "the condition ends too early"),
        ("a)", ")", "unexpected `)`"),
        ("a b", "b", "unexpected `b`"),
        ("a = b", "=", "unexpected `=`"),
        ("a & b", "&", "unexpected `&`"),
        ("a and b", "and", "unexpected `and`"),
        ("a $ b", "$", "unexpected `$`"),
        ("a == 'b", "'", "a string is not closed"),
        ("a == 'b\nc'", "'", "a string is not closed"),
        (r"'\q'", r"\q", r"`\q` is not an escape"),
        (r"'\ud800'", r"\ud800", r"`\ud800` is no character"),
        (r"'\U00110000'", r"\U00110000", r"`\U00110000` is no character"),
        ("'\ud800'", "\ud800", "half a surrogate pair is no character"),
        ("9223372036854775808", "9223372036854775808", "fit in 64 bits"),
        ("-9223372036854775809", "-9223372036854775809", "fit in 64 bits"),
        ("9" * 4_000, "9" * 4_000, "fit in 64 bits"),
        ("for == a", "for", "`for` is a reserved word"),
        ("in == a", "in", "`in` is a reserved word"),
        ("a.in == b", "in", "`in` is a reserved word"),
        ("a.all(while, b)", "while", "`while` is a reserved word"),
        ("a.all(b)", "all", "`all` takes a new name and a condition"),
        ("a.all(b.c, b)", "all", "`all` takes a new name and a condition"),
        ("has(a)", "has(a)", "`has` takes one field selection"),
        ("has(a.b, c)", "has(a.b, c)", "`has` takes one field selection"),
        ("size(a, b)", "size(a, b)", "`size` has 2 operands here, expected 1"),
        ("a.contains()", "a.contains()", "`contains` has 1 operands here, expected 2"),
        ("startsWith(a, b)", "startsWith", "`startsWith` is not called this way"),
        ("a.startswith(b)", "startswith", "unknown function `startswith`"),
        ("{a: 1}", "a", "the key of a map is not a constant string"),
        ("{'a': 1, 'a': 2}", "'a'", "the key `a` stands twice"),
    ],
)
def test_mistakes_are_marked_where_they_are(
    source: str, part: str, message: str
) -> None:
    """The message says what was found, the span is exactly that."""
    assert message in problem(source).message
    assert marked(source) == part


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("a and b", "`&&`"),
        ("a = b", "`==`"),
        ("a.startswith(b)", "`startsWith`"),
        ("startsWith(a, b)", "`x.startsWith(…)`"),
    ],
)
def test_common_mistakes_have_their_remedy(source: str, hint: str) -> None:
    """Whoever comes from another language is told the word."""
    assert hint in problem(source).hint


def test_places_count_from_one_and_by_line() -> None:
    """In a text of several lines a problem has its line and column there."""
    found = problem("a &&\n  b $ c")
    assert (found.start, found.end) == (10, 11)
    assert (found.line, found.column) == (2, 5)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 100_000,
        "a" + ".a" * 20_000,
        "(" * 4_000,
        "[" * 4_000,
        "!" * 3_999 + "a",
        "-" * 3_999 + "1",
        "a" + ".a" * 1_999,
        "a" + "==a" * 1_300,
        "a" + "?a:a" * 999,
        "a?" * 2_000,
        "{'a':" * 800,
        "a.all(a," * 500,
        "(" * 1_999 + "a" + ")" * 1_999,
        "[" * 2_000 + "]" * 2_000,
        '"' + "\\" * 3_999,
        "'''" + "\\'" * 1_998,
    ],
)
def test_a_flood_is_refused_at_once(source: str) -> None:
    """No text overflows the stack or takes long."""
    before = perf_counter()
    assert problem(source).message
    assert perf_counter() - before < 1


def test_rows_are_never_deep() -> None:
    """As many alternatives as a text can hold are a shallow tree, in their order."""
    source = "||".join(["a", *["b"] * 2_040, "c"][: SOURCE_MAX // 3])
    root = parse_source(source)
    assert isinstance(root, Located)
    assert root.depth <= 13


@pytest.mark.parametrize(
    "nested", ["({})", "!{}", "[{}]", "{{'k': {}}}", "size({})", "a ? b : {}", "{}.f"]
)
def test_what_can_be_read_can_be_written(nested: str) -> None:
    """At the limit of depth the wire form is within the limit of its own reader."""
    source = "a"
    while isinstance(parse_source(longer := nested.format(source)), Located):
        source = longer
    assert levels(to_wire(read(source))) <= DEPTH_MAX
    assert "nested deeper" in problem(longer).message


def levels(value: JSONValue) -> int:
    """Return how deep the lists of a wire form nest."""
    if not isinstance(value, list):
        return 0
    return 1 + max(map(levels, value), default=0)


@given(st.text(alphabet="ab.()[]{}!&|=<>?:,'\"\\ru01x-+ \n/`$é", max_size=40))
def test_every_text_is_a_condition_or_a_problem(source: str) -> None:
    """Nothing else comes of any text, and a problem lies within it."""
    found = parse_source(source)
    if isinstance(found, tuple):
        assert 1 <= found[0].start <= found[0].end <= len(source) + 1


def test_a_parsed_condition_has_its_tree_type_and_places() -> None:
    """What was read, what it is, and where its parts stand."""
    environment = {"user": ObjectType({"team": Field(String())})}
    source = 'user.team == "red" && true'
    parsed = parse_condition(source, environment)
    assert isinstance(parsed, ParsedCondition)
    assert parsed.type == Bool()
    first = Compare(Comparison.EQ, Select(Variable("user"), "team"), Literal("red"))
    assert parsed.node == And(first, Literal(value=True))
    spans = [part.span for part in parsed.root.parts]
    assert [source[span.start : span.end] for span in spans] == [
        'user.team == "red"',
        "true",
    ]


def test_the_parser_library_is_loaded_at_the_first_condition() -> None:
    """Commands that read no condition do not wait for it."""
    probe = (
        "import sys, companyos.config.condition_parser as p;"
        "before = 'lark' in sys.modules; p.parse_source('a');"
        "print(before, 'lark' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_a_condition_is_as_long_as_the_schemas_let_it_be() -> None:
    """What fits its file's schema is read, and one character more is refused twice."""
    fits = "a" + " " * (SOURCE_MAX - 1)
    assert isinstance(parse_source(fits), Located)
    assert not isinstance(parse_source(f"{fits} "), Located)
    for kind in (Kind.POLICY, Kind.FLAG, Kind.INVARIANTS):
        assert f'"maxLength": {SOURCE_MAX}, "minLength": 1' in json.dumps(
            schema_of(kind), sort_keys=True
        )
