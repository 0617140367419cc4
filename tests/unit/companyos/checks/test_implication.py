"""When one condition holds wherever another does: yes only where it is certain."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companyos.checks.implication import Known, Wider, implies, terms_of, unguarded
from companyos.conditions.interpreter import evaluate
from companyos.conditions.text import to_text
from companyos.conditions.tree import (
    And,
    Has,
    Literal,
    Node,
    Not,
    Or,
    Select,
    Variable,
)
from companyos.conditions.values import ConditionError, Value
from companyos.config.condition_parser import parse_source
from companyos.config.condition_syntax import Located

SUBJECT = Variable("subject")
NAMES = ("a", "b", "c")


def part(name: str) -> Node:
    """Return a condition that is true or false by itself."""
    return Select(SUBJECT, name)


A, B, C = map(part, NAMES)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (A, A),
        (And(A, B), A),
        (And(B, And(C, A)), And(A, C)),
        (And(A, B), Or(C, A)),
        (And(A, B), And(Or(A, C), Or(C, B))),
        (A, Literal(True)),
    ],
)
def test_a_narrower_condition_implies_a_wider_one(narrow: Node, wide: Node) -> None:
    """All that the wider one asks for, the narrower one asks for too."""
    assert implies(terms_of(narrow), terms_of(wide))


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [(A, B), (A, And(A, B)), (Or(A, B), A), (Not(A), A), (A, Literal(1))],
)
def test_what_is_not_certain_is_no(narrow: Node, wide: Node) -> None:
    """A rule is rather left unmentioned than called void while it is not."""
    assert not implies(terms_of(narrow), terms_of(wide))


def read(text: str) -> Node:
    """Return a condition as people write it, of whatever types."""
    found = parse_source(text)
    assert isinstance(found, Located)
    return found.node


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ('x == "a"', 'x in ["a", "b"]'),
        ('x in ["b", "a"]', 'x in ["a", "b", "c"]'),
        ('"a" == x', 'x == "a"'),
        ('x == "a"', 'x != "b"'),
        ('x != "a" && x != "b"', 'x != "b"'),
        ('x != "a" && x != "b"', '!(x in ["a", "b"])'),
        ('x in ["a", "b"] && x != "b"', 'x == "a"'),
        ('x == "a"', 'x == "a" || x == "b"'),
        ('x == "a" || x == "b"', 'x in ["a", "b"]'),
        ('x == "a" || y == "a"', 'y in ["a", "b"] || x == "a" || z'),
        ("n == 1", "n in [1, 2]"),
        ("p", "p == true"),
        ("!p", "p in [false]"),
        ("x == y", "y == x"),
        ("n < m", "m > n"),
        ("!(n < m)", "m <= n"),
        ("!(p || q)", "!q"),
        ("!p", "!(p && q)"),
        ("p", "q || true"),
        ("p", '"a" in ["a", "b"]'),
    ],
)
def test_values_imply_values(narrow: str, wide: str) -> None:
    """Constants are counted, and one thing is one however it is written."""
    assert implies(terms_of(read(narrow)), terms_of(read(wide)))


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ('x in ["a", "b"]', 'x == "a"'),
        ('x == "a"', 'x in ["b"]'),
        ('x == "a"', 'y in ["a", "b"]'),
        ("x == 1", 'x in ["1"]'),
        ("x == true", 'x in ["true"]'),
        ('x != "a"', 'x == "b"'),
        ('x != "a"', 'x != "a" && x != "b"'),
        ('x == "a"', 'x in ["a", "b"] && y == "a"'),
        ('x == "a" || y == "a"', 'x in ["a", "b"]'),
        ("x == y", "x in [y, z]"),
        ('x == "a"', 'x in "a"'),
        ("n < m", "n <= m"),
        ("!(p && q)", "!p"),
        ("p", "!(p || q)"),
        ("p", "false"),
        ("p", '"c" in ["a", "b"]'),
        ("(p || q) < r", "p || q < r"),
    ],
)
def test_other_values_imply_nothing(narrow: str, wide: str) -> None:
    """What may be true apart from the other one, and what nobody has counted."""
    assert not implies(terms_of(read(narrow)), terms_of(read(wide)))


@pytest.mark.parametrize(
    "condition",
    [
        'x == "a" && x == "b"',
        'x == "a" && x != "a"',
        'x in ["a"] && x == "b"',
        'x in ["a", "b"] && y && x in ["b", "c"] && x in ["a", "c"]',
        'x in ["a", "b"] && !(x in ["a", "b", "c"])',
        '(x == "a" || x == "b") && x == "c"',
        "x == 1 && x == 2",
        'x == 1 && x == "1"',
        "x == true && x == false",
        "p && p == false",
        "x == y && x != y",
        "x == y && y != x",
        "x < y && y <= x",
        "x > y && !(y < x)",
        "!(p || q) && q",
        "x in []",
        '"a" == "b"',
        "p && (false || 1 == 2)",
    ],
)
def test_values_that_exclude_each_other(condition: str) -> None:
    """Whatever the operand is and whatever holds besides."""
    assert terms_of(read(condition)).is_never


@pytest.mark.parametrize(
    "condition",
    [
        'x == "a" && y == "b"',
        'x == "a" || x == "b"',
        'x in ["a", "b"] && x in ["b", "c"]',
        'x != "a" && x != "b"',
        'x == "a" && x in [y]',
        'x == "a" && "b" in x',
        "x <= y && y <= x",
        "!(x in [])",
        "p || false",
        "!(p && !p)",
    ],
)
def test_values_that_go_together(condition: str) -> None:
    """There are values for which each of these is true."""
    assert not terms_of(read(condition)).is_never


POSSIBLE: dict[str, tuple[Value | None, ...]] = {
    "p": (True, False, None),
    "q": (True, False),
    "x": ("a", "b", "c", 1, None),
    "y": ("a", "b", None),
    "n": (1, 2, None),
}
"""What each variable may be; None is nothing at all. What stands for a condition itself
is a bool, since all else is refused before a decision."""

ROWS = [
    {
        name: value
        for name, value in zip(POSSIBLE, row, strict=True)
        if value is not None
    }
    for row in itertools.product(*POSSIBLE.values())
]

SMALL = [
    *map(read, ("p", "!p", "q", "p == true", "p in [false]", "p != true", "true")),
    *map(read, ('x == "a"', '"a" != x', "x == 1", 'x == "1"', "1 == 2", 'x == "b"')),
    *map(read, ('x in ["a", "b"]', 'x in ["b", "c"]', "x in []", "x in [y, 1]")),
    *map(read, ("x == y", "y != x", "x < y", "x > y", "x <= y", "x >= y", "y < x")),
    *map(read, ('y == "a"', 'y != "a"', "n == 1", "n in [1, 2]", "n != 2", "n > 1")),
    *map(read, ("p && q", "q || p", "p ? q : false", '!(x in ["a"])', "!(x == y)")),
]
CONDITIONS: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(SMALL),
    lambda inner: (
        st.builds(And, inner, inner)
        | st.builds(Or, inner, inner)
        | st.builds(Not, inner)
    ),
    max_leaves=4,
)


def outcome(condition: Node, row: dict[str, Value]) -> bool | None:
    """Return what the interpreter, which services use, answers; None for an error."""
    try:
        found = evaluate(condition, row)
    except ConditionError:
        return None
    return found if isinstance(found, bool) else None


def assert_implied(narrow: Node, wide: Node) -> None:
    """Fail where the wide one is not true and the narrow one is, or may be by error."""
    for row in ROWS:
        before = outcome(narrow, row)
        after = outcome(wide, row)
        assert before is False or after is True or (before, after) == (None, None)


def test_small_conditions_imply_each_other_for_every_value() -> None:
    """Each of them, and its opposite, is held against each by the interpreter."""
    conditions = [*SMALL, *map(Not, SMALL)]
    found = 0
    for narrow, wide in itertools.product(conditions, conditions):
        if implies(terms_of(narrow), terms_of(wide)):
            found += narrow != wide
            assert_implied(narrow, wide)
    assert found > len(conditions)


@settings(max_examples=300)
@given(CONDITIONS, CONDITIONS, CONDITIONS)
def test_an_implication_holds_for_every_value(
    narrow: Node, other: Node, wide: Node
) -> None:
    """Held against the interpreter; an error in the narrow one may be one in both."""
    for condition in (narrow, And(narrow, other)):
        if implies(terms_of(condition), terms_of(wide)):
            assert_implied(condition, wide)


@settings(max_examples=300)
@given(CONDITIONS, CONDITIONS)
def test_what_is_never_true_is_true_for_no_value(one: Node, other: Node) -> None:
    """Held against the interpreter as well."""
    for condition in (one, And(one, other)):
        if terms_of(condition).is_never:
            assert not any(outcome(condition, row) is True for row in ROWS)


def test_a_contradiction_is_never_true() -> None:
    """Among the parts of a row of `&&`."""
    assert terms_of(And(A, And(B, Not(A)))).is_never
    assert terms_of(And(A, Literal(False))).is_never
    assert not terms_of(Or(A, Not(A))).is_never


def test_a_guard_without_its_other_half_is_found() -> None:
    """`has(x) && …` is silent without x; `!has(x) || …` is not."""
    has = Has(SUBJECT, "level")
    found = unguarded(And(A, And(has, B)))
    assert found is not None
    assert to_text(found) == "has(subject.level)"
    assert unguarded(Or(Not(has), And(has, B))) is None
    assert unguarded(A) is None


def test_known_terms_are_those_of_the_condition() -> None:
    """The same tree is read once, and another tree of the same form by itself."""
    known = Known()
    tree, other = And(A, B), And(A, B)
    assert known.terms(tree) == known.terms(other) == terms_of(tree)
    assert known.terms(tree) is known.terms(tree)


@given(st.lists(CONDITIONS, max_size=12))
def test_the_first_wider_one_is_that_of_asking_each_in_turn(row: list[Node]) -> None:
    """Looking conditions up by a part of theirs finds what comparing all finds."""
    wider = Wider[int]()
    for index, condition in enumerate(row):
        terms = terms_of(condition)
        before = (n for n in range(index) if implies(terms, terms_of(row[n])))
        assert wider.first(terms) == next(before, None)
        wider.add(terms, index)
