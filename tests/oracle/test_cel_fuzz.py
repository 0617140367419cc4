"""Random conditions get the answers that the official CEL engine gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from companyos.conditions import (
    ConditionError,
    Node,
    Value,
    compile_condition,
    evaluate,
    to_text,
)
from companyos.config.condition_parser import parse_source
from companyos.config.condition_syntax import Located
from condition_cases import PARAMETERS, Grower

ENGINE = Path(__file__).with_name("cel_engine.py")
EVALUATIONS = int(os.environ.get("COMPANYOS_FUZZ", "2000"))
SETS = 4
"""How many sets of variables each condition meets."""

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(
        "CI" not in os.environ and find_spec("cel_expr_python") is None,
        reason="cel-expr-python is not installed",
    ),
]


@dataclass(frozen=True)
class Case:
    """One condition, and the variables it is asked under."""

    text: str
    node: Node
    variables: tuple[dict[str, Value], ...]


def test_answers_are_those_of_the_official_engine() -> None:
    """Interpreter and compiled function agree with the engine, errors included.

    Attributes are missing at random and no condition guards them; in half of the sets
    some values are also of a kind that was not declared.
    """
    cases = [grown(seed) for seed in range(EVALUATIONS // SETS)]
    wrong = [
        (case.text, variables, official, interpreted, compiled)
        for case, answers in zip(cases, official_answers(cases), strict=True)
        for variables, official in zip(case.variables, answers, strict=True)
        if not (
            official
            == (interpreted := interpreted_answer(case.node, variables))
            == (compiled := compiled_answer(case.node, variables))
        )
    ]
    assert wrong == []


def grown(seed: int) -> Case:
    """Return a random condition, read back from its text, and its variables."""
    grower = Grower(Random(seed))  # noqa: S311 - the same cases on every run
    text = to_text(grower.condition())
    root = parse_source(text)
    assert isinstance(root, Located), (text, root)
    rates = ((0.0, 0.0), (0.1, 0.0), (0.0, 0.1), (0.1, 0.1))
    variables = tuple(
        grower.variables(missing=missing, wrong=wrong) for missing, wrong in rates
    )
    return Case(text, root.node, variables)


def official_answers(cases: list[Case]) -> list[list[bool | str]]:
    """Return what the official engine answers."""
    questions = "".join(
        json.dumps({"condition": case.text, "variables": case.variables}) + "\n"
        for case in cases
    )
    done = subprocess.run(
        [sys.executable, ENGINE],
        input=questions,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def interpreted_answer(node: Node, variables: dict[str, Value]) -> Value:
    """Return the interpreter's answer in the engine's words."""
    try:
        return evaluate(node, variables)
    except ConditionError:
        return "error"


def compiled_answer(node: Node, variables: dict[str, Value]) -> Value:
    """Return the compiled function's answer in the engine's words."""
    ask = compile_condition(node, PARAMETERS)
    try:
        return ask(*(variables[name] for name in PARAMETERS))
    except ConditionError:
        return "error"
