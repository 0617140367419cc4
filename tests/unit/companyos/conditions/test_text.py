"""A condition's text says what the condition is."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.conditions import Node, to_text
from companyos.conditions.text import quoted
from companyos.conditions.tree import (
    And,
    Choice,
    Compare,
    Comparison,
    Literal,
    Not,
    Or,
    Quantified,
    Quantifier,
    Select,
    Variable,
)
from companyos.config.condition_parser import parse_source
from companyos.config.condition_syntax import Located
from condition_cases import Grower

A, B, C = Variable("a"), Variable("b"), Variable("c")
EQUAL = Compare(Comparison.EQ, A, B)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (And(Or(A, B), C), "(a || b) && c"),
        (Or(And(A, B), C), "a && b || c"),
        (Not(And(A, B)), "!(a && b)"),
        (Not(EQUAL), "!(a == b)"),
        (Compare(Comparison.EQ, EQUAL, C), "a == b == c"),
        (Compare(Comparison.EQ, A, EQUAL), "a == (a == b)"),
        (Choice(Choice(A, B, C), A, Choice(A, B, C)), "(a ? b : c) ? a : a ? b : c"),
        (Select(Choice(A, B, C), "d"), "(a ? b : c).d"),
        (
            Quantified(Quantifier.ALL, "x", Select(A, "b"), Or(B, C)),
            "a.b.all(x, b || c)",
        ),
        (Literal('a"\\\n'), '"a\\"\\\\\\U0000000a"'),
    ],
)
def test_parentheses_stand_where_they_are_needed(node: Node, text: str) -> None:
    """And nowhere else."""
    assert to_text(node) == text


@given(st.randoms(use_true_random=False))
def test_a_text_reads_back_as_the_condition(random: Random) -> None:
    """Reading the text gives the tree, rows of `&&` and `||` aside."""
    node = Grower(random).condition()
    root = parse_source(to_text(node))
    assert isinstance(root, Located)
    assert to_text(root.node) == to_text(node)
    assert rows(root.node) == rows(node)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_string_has_a_literal(value: str) -> None:
    """Quotes, backslashes, controls and what shows as nothing are escaped."""
    root = parse_source(quoted(value))
    assert isinstance(root, Located)
    assert root.node == Literal(value)
    assert quoted(value).isprintable()


def rows(node: Node) -> object:
    """Return the tree with every row of one operator as one flat list."""
    if isinstance(node, (And, Or)):
        return [type(node), *flat(node, type(node))]
    if isinstance(node, Not):
        return [Not, rows(node.operand)]
    if isinstance(node, Choice):
        return [Choice, rows(node.test), rows(node.then), rows(node.otherwise)]
    if isinstance(node, Quantified):
        return [node.quantifier, node.variable, rows(node.range), rows(node.body)]
    return to_text(node)


def flat(node: Node, operator: type[And | Or]) -> list[object]:
    """Return the operands of a row."""
    if isinstance(node, (And, Or)) and isinstance(node, operator):
        return [*flat(node.left, operator), *flat(node.right, operator)]
    return [rows(node)]
