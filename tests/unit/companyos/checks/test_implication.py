"""When one condition holds wherever another does: yes only where it is certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.checks.implication import Known, Wider, implies, terms_of, unguarded
from companyos.conditions.interpreter import evaluate
from companyos.conditions.text import to_text
from companyos.conditions.tree import And, Has, Literal, Node, Not, Or, Select, Variable

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


CONDITIONS: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from([A, B, C, Literal(True), Literal(False)]),
    lambda inner: (
        st.builds(And, inner, inner)
        | st.builds(Or, inner, inner)
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)


def holds(condition: Node, row: tuple[bool, ...]) -> bool:
    """Return what the interpreter, which services use, answers for one row."""
    values = dict(zip(NAMES, row, strict=True))
    return evaluate(condition, {"subject": values}) is True


ROWS = [(x, y, z) for x in (False, True) for y in (False, True) for z in (False, True)]


@given(CONDITIONS, CONDITIONS)
def test_an_implication_holds_for_every_value(narrow: Node, wide: Node) -> None:
    """Held against the interpreter, row by row of the truth table."""
    if implies(terms_of(narrow), terms_of(wide)):
        assert all(holds(wide, row) for row in ROWS if holds(narrow, row))


@given(CONDITIONS)
def test_what_is_never_true_is_true_for_no_value(condition: Node) -> None:
    """Held against the interpreter as well."""
    if terms_of(condition).is_never:
        assert not any(holds(condition, row) for row in ROWS)


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
