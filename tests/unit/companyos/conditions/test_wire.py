"""A condition has one wire form, and nothing else is read as a condition."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.conditions import Node, from_wire, to_wire
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
from companyos.digests import JSONValue, canonical_json, strict_json
from companyos.errors import IntegrityError
from condition_cases import Grower

X, WIRE_X = Variable("x"), ["var", "x"]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(max_size=3)
    | st.sampled_from(
        ["lit", "int", "var", "get", "and", "list", "map", "call", "all"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("node", "wire"),
    [
        (Literal(value=True), ["lit", True]),
        (Literal(5), ["lit", 5]),
        (Literal(""), ["lit", ""]),
        (Literal(2**53), ["int", "9007199254740992"]),
        (Literal(-(2**63)), ["int", "-9223372036854775808"]),
        (X, WIRE_X),
        (Select(X, "a"), ["get", WIRE_X, "a"]),
        (Has(X, "a"), ["has", WIRE_X, "a"]),
        (Not(X), ["not", WIRE_X]),
        (And(X, X), ["and", WIRE_X, WIRE_X]),
        (Or(X, X), ["or", WIRE_X, WIRE_X]),
        (Choice(X, X, X), ["if", WIRE_X, WIRE_X, WIRE_X]),
        (Compare(Comparison.IN, X, X), ["in", WIRE_X, WIRE_X]),
        (Compare(Comparison.LE, X, X), ["<=", WIRE_X, WIRE_X]),
        (ListOf((X,)), ["list", [WIRE_X]]),
        (MapOf((("k", X),)), ["map", [["k", WIRE_X]]]),
        (Call(Function.SIZE, (X,)), ["call", "size", [WIRE_X]]),
        (Call(Function.CONTAINS, (X, X)), ["call", "contains", [WIRE_X, WIRE_X]]),
        (
            Quantified(Quantifier.ALL, "y", X, Variable("y")),
            ["all", "y", WIRE_X, ["var", "y"]],
        ),
    ],
)
def test_each_node_has_its_wire_form(node: Node, wire: JSONValue) -> None:
    """The wire form is the documented one, and reads back."""
    assert to_wire(node) == wire
    assert from_wire(wire) == node


@given(st.randoms(use_true_random=False))
def test_conditions_survive_the_wire(random: Random) -> None:
    """Through canonical bytes and back a condition is the same."""
    node = Grower(random).condition()
    assert from_wire(strict_json(canonical_json(to_wire(node)))) == node


@given(JSON)
def test_anything_else_is_refused_or_is_what_would_be_written(value: JSONValue) -> None:
    """What reads as a condition is written exactly so; all else is an error."""
    try:
        node = from_wire(value)
    except IntegrityError:
        return
    assert json.dumps(to_wire(node)) == json.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "lit",
        {},
        [],
        [[]],
        ["nope", 1],
        ["lit"],
        ["lit", None],
        ["lit", 1.0],
        ["lit", 1, 2],
        ["lit", [1]],
        ["lit", 2**53],
        ["lit", "\ud800"],
        ["int", 5],
        ["int", "5"],
        ["int", "09007199254740992"],
        ["int", "+9007199254740992"],
        ["int", "9_007_199_254_740_992"],
        ["int", "9223372036854775808"],
        ["int", "9" * 5_000],
        ["int", "\N{ARABIC-INDIC DIGIT NINE}" * 17],
        ["var", "a b"],
        ["var", ""],
        ["var", "é"],
        ["var", "1a"],
        ["get", ["var", "x"], "a-b"],
        ["get", ["var", "x"]],
        ["has", ["var", "x"], 1],
        ["not"],
        ["and", ["lit", True]],
        ["if", ["lit", True], ["lit", 1]],
        ["=", ["lit", 1], ["lit", 1]],
        ["list", ["lit", 1]],
        ["list", {}],
        ["map", [["k"]]],
        ["map", [[1, ["lit", 1]]]],
        ["map", [["k", ["lit", 1]], ["k", ["lit", 1]]]],
        ["call", "matches", [["lit", ""], ["lit", ""]]],
        ["call", "size", []],
        ["call", "startsWith", [["lit", "a"]]],
        ["all", "1", ["list", []], ["lit", True]],
        ["all", ["var", "x"], ["list", []], ["lit", True]],
    ],
)
def test_a_malformed_condition_is_an_integrity_error(value: JSONValue) -> None:
    """Nothing is guessed, defaulted or left out."""
    with pytest.raises(IntegrityError):
        from_wire(value)


def test_depth_is_bounded() -> None:
    """The deepest list is read, one more is refused, and a flood overflows nothing."""
    value: JSONValue = ["lit", True]
    for _ in range(DEPTH_MAX - 1):
        value = ["not", value]
    assert to_wire(from_wire(value)) == value
    for _ in range(100_000):
        value = ["not", value]
    with pytest.raises(IntegrityError, match="nested deeper"):
        from_wire(value)


def test_a_name_that_is_a_flood_of_lists_overflows_nothing() -> None:
    """Where the node's name should be, too, nothing is walked without a bound."""
    value: JSONValue = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(IntegrityError, match="unknown node"):
        from_wire(value)
