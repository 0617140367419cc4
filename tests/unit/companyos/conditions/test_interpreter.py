"""What conditions mean, by example; the oracle tests compare with other engines."""

from __future__ import annotations

import pytest

from companyos.conditions import (
    ConditionError,
    Node,
    StepLimitError,
    Value,
    evaluate,
)
from companyos.conditions.tree import (
    And,
    Compare,
    Comparison,
    Has,
    Literal,
    Not,
    Or,
    Quantified,
    Quantifier,
    Select,
    Variable,
)

MISSING = Select(Variable("subject"), "missing")
TRUE, FALSE = Literal(value=True), Literal(value=False)


def compare(left: Value, operator: str, right: Value) -> Value:
    """Return the comparison of two values."""
    node = Compare(Comparison(operator), Variable("left"), Variable("right"))
    return evaluate(node, {"left": left, "right": right})


def answer(node: Node, **subject: Value) -> Value:
    """Return the answer where `subject` has these fields."""
    return evaluate(node, {"subject": subject})


@pytest.mark.parametrize(
    ("node", "settled"),
    [
        (And(FALSE, MISSING), False),
        (And(MISSING, FALSE), False),
        (Or(TRUE, MISSING), True),
        (Or(MISSING, TRUE), True),
    ],
)
def test_a_settling_operand_wins_over_an_error(node: Node, *, settled: bool) -> None:
    """`&&` with a false side and `||` with a true one have an answer, in any order."""
    assert answer(node) is settled


@pytest.mark.parametrize(
    "node",
    [
        And(TRUE, MISSING),
        And(MISSING, TRUE),
        Or(FALSE, MISSING),
        Or(MISSING, FALSE),
        Not(MISSING),
        Compare(Comparison.NE, MISSING, Literal("x")),
        Has(MISSING, "field"),
        Variable("nobody"),
    ],
)
def test_an_error_that_nothing_settles_is_raised(node: Node) -> None:
    """A missing field is an error, not false and not null."""
    with pytest.raises(ConditionError):
        answer(node)


def test_has_asks_without_failing() -> None:
    """`has()` of a missing field is false."""
    node = Has(Variable("subject"), "region")
    assert answer(node) is False
    assert answer(node, region="eu") is True


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1),
        (False, 0),
        (1, "1"),
        ("", []),
        ([1], [True]),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        ([1, 2], [1]),
        ("false", False),
        ("A", "\N{CYRILLIC CAPITAL LETTER A}"),
    ],
)
def test_different_things_are_not_equal(left: Value, right: Value) -> None:
    """A bool is no int, and strings are not converted, folded or normalised."""
    assert compare(left, "==", right) is False
    assert compare(left, "!=", right) is True
    assert compare(left, "in", [right]) is False


def test_lists_and_tuples_are_the_same() -> None:
    """Both are lists, all the way down."""
    assert compare([1, ("a",)], "==", (1, ["a"])) is True


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        (1, "<", True),
        (1, "<", "2"),
        ([1], "<", [2]),
        ({}, ">=", {}),
        ("Admin", "in", "NotAdminX"),
        ([], "in", {"a": 1}),
        (1, "in", 1),
    ],
)
def test_a_comparison_without_meaning_is_an_error(
    left: Value, operator: str, right: Value
) -> None:
    """There is no order between kinds or lists, and a string is no list."""
    with pytest.raises(ConditionError):
        compare(left, operator, right)


@pytest.mark.parametrize(
    ("left", "operator", "right", "expected"),
    [
        (False, "<", True, True),
        (-(2**63), "<=", 2**63 - 1, True),
        ("Z", "<", "a", True),
        ("a", ">", "", True),
        ("\uffff", "<", "\U00010000", True),
        (2, ">=", 2, True),
        ("a", "in", {"a": 1}, True),
        (1, "in", {"1": 1}, False),
        (True, "in", [1], False),
    ],
)
def test_order_and_membership(
    left: Value, operator: str, right: Value, *, expected: bool
) -> None:
    """Bools, ints and strings are ordered; maps hold their keys."""
    assert compare(left, operator, right) is expected


@pytest.mark.parametrize("alien", [None, 1.0, b"a", {"a"}])
def test_other_kinds_of_values_are_errors(alien: Value) -> None:
    """None is equal to nothing, not even to None: it is not a value."""
    with pytest.raises(ConditionError):
        compare(alien, "==", alien)


@pytest.mark.parametrize(
    ("quantifier", "items", "expected"),
    [
        (Quantifier.ALL, [], True),
        (Quantifier.EXISTS, [], False),
        (Quantifier.ALL, [1, False], False),
        (Quantifier.EXISTS, [1, True], True),
        (Quantifier.EXISTS, ["x", True], True),
    ],
)
def test_quantifiers_absorb_errors_too(
    quantifier: Quantifier, items: list[Value], *, expected: bool
) -> None:
    """One settling item is enough, whatever the others do."""
    node = Quantified(quantifier, "item", Variable("items"), Variable("item"))
    assert evaluate(node, {"items": items}) is expected


def test_a_quantifier_walks_the_keys_of_a_map() -> None:
    """The items of a map are its keys."""
    body = Compare(Comparison.EQ, Variable("key"), Literal("a"))
    node = Quantified(Quantifier.EXISTS, "key", Variable("items"), body)
    assert evaluate(node, {"items": {"a": 1}}) is True


@pytest.mark.parametrize("items", ["text", 1, True])
def test_a_quantifier_walks_nothing_else(items: Value) -> None:
    """The characters of a string are not items."""
    node = Quantified(Quantifier.ALL, "item", Variable("items"), TRUE)
    with pytest.raises(ConditionError):
        evaluate(node, {"items": items})


def test_an_evaluation_ends_within_its_steps() -> None:
    """Nested quantifiers over long lists are stopped, and nothing absorbs that."""
    body = Compare(Comparison.EQ, Variable("one"), Variable("other"))
    inner = Quantified(Quantifier.ALL, "other", Variable("items"), body)
    node = Quantified(Quantifier.ALL, "one", Variable("items"), inner)
    with pytest.raises(StepLimitError):
        evaluate(Or(node, TRUE), {"items": ["x"] * 1_000})


def test_looking_at_large_values_costs_steps() -> None:
    """A short list of long lists is as many steps as items that are looked at."""
    body = Compare(Comparison.EQ, Variable("one"), Variable("items"))
    node = Quantified(Quantifier.EXISTS, "one", Variable("items"), body)
    items = [[0] * 1_000 for _ in range(100)]
    with pytest.raises(StepLimitError):
        evaluate(node, {"items": items})


def test_a_value_that_holds_itself_is_an_error() -> None:
    """Comparing such a value ends with an error, not with a crash."""
    one: list[Value] = []
    one.append(one)
    other: list[Value] = []
    other.append(other)
    with pytest.raises(ConditionError, match="nested deeper"):
        compare(one, "==", other)


def test_an_observer_hears_every_node() -> None:
    """What each part came to can be told, the failing one included."""
    heard: list[tuple[Node, Value | ConditionError]] = []
    node = Or(MISSING, Not(FALSE))
    evaluate(
        node,
        {"subject": {}},
        observe=lambda part, outcome: heard.append((part, outcome)),
    )
    parts = [part for part, _ in heard]
    assert parts == [Variable("subject"), MISSING, FALSE, Not(FALSE), node]
    assert isinstance(heard[1][1], ConditionError)
    assert [outcome for _, outcome in heard[2:]] == [False, True, True]
