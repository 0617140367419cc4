"""Compiled conditions answer as the interpreter does, for whatever they are given."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.conditions import (
    STEPS_MAX,
    ConditionError,
    Node,
    StepLimitError,
    Value,
    compile_condition,
    evaluate,
)
from companyos.conditions.codegen import steps_at_most
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
from condition_cases import Grower

X, Y = Variable("x"), Variable("y")

VALUES = st.recursive(
    st.booleans()
    | st.sampled_from([0, 1, 2, 5, -1])
    | st.sampled_from(["", "a", "ab", "b", "x" * 2_000]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b", "x"]), inner, max_size=3)
        | st.lists(inner, max_size=1).map(lambda items: items * 40)
    ),
    max_leaves=6,
)


def trees() -> st.SearchStrategy[Node]:
    """Return trees that no type checker has seen."""
    names: tuple[Node, ...] = (X, Y, Variable("nobody"), Select(X, "a"), Select(Y, "b"))
    constants = (True, False, 0, 1, 5, "", "a", "ab")
    leaves: st.SearchStrategy[Node] = st.one_of(
        st.sampled_from(names),
        st.sampled_from([Literal(constant) for constant in constants]),
        st.lists(st.sampled_from("ab"), max_size=3).map(
            lambda items: listed([Literal(item) for item in items])
        ),
    )
    return st.recursive(leaves, extended, max_leaves=12)


def extended(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Return every kind of node over the inner ones."""
    affixes = st.sampled_from([*Function][1:])
    names = st.sampled_from(["x", "z"])
    return st.one_of(
        st.builds(Select, inner, st.sampled_from("ab")),
        st.builds(Has, inner, st.sampled_from("ab")),
        st.builds(Not, inner),
        st.builds(And, inner, inner),
        st.builds(Or, inner, inner),
        st.builds(Choice, inner, inner, inner),
        st.builds(Compare, st.sampled_from(Comparison), inner, inner),
        st.builds(Call, st.just(Function.SIZE), st.tuples(inner)),
        st.builds(Call, affixes, st.tuples(inner, inner)),
        st.builds(Quantified, st.sampled_from(Quantifier), names, inner, inner),
        st.lists(inner, max_size=3).map(listed),
        inner.map(lambda value: MapOf((("a", value),))),
    )


def listed(items: list[Node]) -> Node:
    """Return a list of these."""
    return ListOf(tuple(items))


def outcomes(node: Node, variables: Mapping[str, Value]) -> tuple[Value, Value]:
    """Return the answers of the interpreter and of the compiled condition."""
    ask = compile_condition(node, tuple(variables))
    try:
        compiled: Value = ask(*variables.values())
    except ConditionError as error:
        compiled = type(error).__name__
    try:
        exact = evaluate(node, variables)
    except ConditionError as error:
        return type(error).__name__, compiled
    return exact if isinstance(exact, bool) else "ConditionError", compiled


@given(trees(), VALUES, VALUES)
def test_a_compiled_condition_answers_as_the_interpreter(
    node: Node, x: Value, y: Value
) -> None:
    """For any tree and any values: the same bool, or the same class of error."""
    exact, compiled = outcomes(node, {"x": x, "y": y})
    assert compiled is exact or compiled == exact


@given(st.randoms(use_true_random=False))
def test_a_typed_condition_answers_as_the_interpreter(random: Random) -> None:
    """Also where conditions and values look as they do in earnest."""
    grower = Grower(random)
    node = grower.condition()
    for missing, wrong in ((0.0, 0.0), (0.2, 0.0), (0.1, 0.2)):
        exact, compiled = outcomes(node, grower.variables(missing=missing, wrong=wrong))
        assert compiled is exact or compiled == exact


@pytest.mark.parametrize(
    ("node", "x", "y", "expected"),
    [
        (Compare(Comparison.EQ, X, Literal(1)), True, 0, False),
        (Compare(Comparison.EQ, X, Literal(value=True)), 1, 0, False),
        (Compare(Comparison.EQ, X, Y), 1, True, False),
        (Compare(Comparison.EQ, X, Y), [1], [True], False),
        (Compare(Comparison.EQ, X, Y), [1], (1,), True),
        (Compare(Comparison.IN, X, Y), 1, [True], False),
        (Compare(Comparison.IN, X, Y), "a", {"a": 1}, True),
        (Compare(Comparison.IN, X, ListOf((Literal("a"),))), [], 0, False),
        (Has(X, "a"), MappingProxyType({"a": 1}), 0, True),
        (Or(Select(X, "a"), Literal(value=True)), {}, 0, True),
        (And(Select(X, "a"), Literal(value=False)), {"a": 1}, 0, False),
    ],
)
def test_python_and_cel_differ_here(
    node: Node, x: Value, y: Value, *, expected: bool
) -> None:
    """Where Python's operators mean something else, the answer is CEL's."""
    assert compile_condition(node, ("x", "y"))(x, y) is expected


@pytest.mark.parametrize(
    ("node", "x", "y"),
    [
        (Compare(Comparison.IN, X, Y), "Admin", "NotAdminX"),
        (Compare(Comparison.IN, Literal("Admin"), Y), "", "NotAdminX"),
        (Compare(Comparison.LT, X, Literal(5)), True, 0),
        (Compare(Comparison.LT, X, Y), [1], [2]),
        (Not(X), 0, 0),
        (Not(X), "", 0),
        (X, "true", 0),
        (X, 1, 0),
        (Choice(X, Literal(value=True), Literal(value=True)), 1, 0),
        (Has(X, "a"), "a", 0),
        (Has(X, "a"), ["a"], 0),
        (Call(Function.STARTS_WITH, (X, Y)), "a", ("a", "b")),
        (Call(Function.CONTAINS, (X, Y)), ["a"], "a"),
        (Quantified(Quantifier.ALL, "z", X, Literal(value=True)), "abc", 0),
        (Quantified(Quantifier.EXISTS, "z", X, Variable("z")), [1], 0),
        (Compare(Comparison.EQ, X, Y), None, None),
        (Select(Literal("text"), "a"), 0, 0),
        (Select(ListOf((X,)), "a"), 0, 0),
    ],
)
def test_python_would_have_an_answer_where_cel_has_none(
    node: Node, x: Value, y: Value
) -> None:
    """A truthy string, a substring or a number as a bool is an error."""
    with pytest.raises(ConditionError):
        compile_condition(node, ("x", "y"))(x, y)


@pytest.mark.parametrize(
    "name",
    ["class", "lambda", "None", "True", "type", "exact", "FAILURES", "k1", "__x"],
)
def test_any_identifier_can_be_a_variable(name: str) -> None:
    """Names of Python and of the generated code are ordinary names in conditions."""
    body = Compare(Comparison.EQ, Variable(name), Select(Variable("x"), "a"))
    walked = Quantified(Quantifier.EXISTS, name, ListOf((Literal("v"),)), body)
    assert compile_condition(walked, ("x",))({"a": "v"}) is True
    plain = Compare(Comparison.EQ, Variable(name), Select(Variable("x"), "a"))
    assert compile_condition(plain, ("x", name))({"a": 1}, 1) is True


def test_a_name_of_python_is_no_variable() -> None:
    """What was not declared is an error, whatever Python knows by that name."""
    with pytest.raises(ConditionError, match="no variable `len`"):
        compile_condition(Variable("len"), ())()


def test_deep_conditions_compile() -> None:
    """The deepest condition that can be read is answered like any other."""
    node: Node = Variable("x")
    for _ in range(47):
        node = Not(node)
    assert compile_condition(node, ("x",))(True) is False
    node = Literal(value=True)
    for _ in range(46):
        node = Choice(Variable("x"), node, Compare(Comparison.EQ, X, Y))
    assert compile_condition(node, ("x", "y"))(True, "a") is True


@pytest.mark.parametrize("length", [10, 32, 33, 1_000])
def test_long_lists_cost_the_same_steps(length: int) -> None:
    """Where the interpreter gives up, the compiled condition does as well."""
    body = Compare(Comparison.IN, Variable("one"), Variable("items"))
    node = Quantified(Quantifier.ALL, "one", Variable("items"), body)
    exact, compiled = outcomes(node, {"items": ["x"] * length})
    assert exact == compiled == (True if length < 300 else "StepLimitError")


def test_the_slowest_fast_condition_stays_within_the_steps() -> None:
    """Nested quantifiers with long bodies are left to the interpreter, which counts."""
    body: Node = Literal(value=True)
    for _ in range(30):
        body = And(body, Compare(Comparison.EQ, Variable("a"), Variable("b")))
    inner = Quantified(Quantifier.ALL, "b", Variable("items"), body)
    node = Quantified(Quantifier.ALL, "a", Variable("items"), inner)
    assert steps_at_most(node) > STEPS_MAX
    with pytest.raises(StepLimitError):
        compile_condition(node, ("items",))(["x"] * 60)
