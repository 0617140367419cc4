"""The parser's table is the grammar's, and reads what the grammar reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files

import pytest
from lark import Lark, Token, Transformer, Tree
from lark.exceptions import UnexpectedInput

from companyos.config import condition_table


def test_the_package_carries_the_table_of_the_grammar() -> None:
    """After a change of the grammar: `python3 scripts/schemas.py`."""
    there = files(condition_table.__package__).joinpath(condition_table.NAME)
    assert there.read_bytes() == condition_table.made()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_grammar_gives_the_same_bytes(seed: str) -> None:
    """The order in which a process's sets happen to be changes nothing."""
    program = (
        "import sys; from companyos.config import condition_table as table;"
        "sys.stdout.buffer.write(table.made())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert done.stdout == condition_table.made()


@pytest.mark.parametrize(
    "text",
    [
        'a.b == "x" && !c || d in [1, 2u, -3]',
        "has(a.b) ? size(a.b) > 3 : {'k': 1.5}.k < 2",
        'a.all(x, x.startsWith(r"\\d")) // why',
        "a &&",
        "a ==",
        "(a",
        "a $ b",
        "",
    ],
)
def test_the_table_reads_what_the_grammar_reads(text: str) -> None:
    """Trees are the same, and so is what is expected where a text goes wrong."""
    grammar = files(condition_table.__package__).joinpath("condition.lark")
    made = Lark(
        grammar.read_text("utf-8"),
        parser="lalr",
        lexer="contextual",
        keep_all_tokens=True,
        maybe_placeholders=False,
    )
    assert _said(condition_table.parser(_Trees()), text) == _said(made, text)


def test_the_table_is_data() -> None:
    """It is JSON, of the library's version that is locked."""
    there = files(condition_table.__package__).joinpath(condition_table.NAME)
    assert set(json.loads(there.read_bytes())) == {"lark", "data", "memo"}


class _Trees(Transformer[Token, object]):
    """Makes the trees that the library makes by itself."""


def _said(parser: Lark, text: str) -> object:
    try:
        found: object = parser.parse(text)
    except UnexpectedInput as error:
        expected: object = sorted(getattr(error, "accepts", None) or ())
        return type(error), error.line, error.column, expected
    assert isinstance(found, Tree)
    return found
