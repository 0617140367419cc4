"""What is left of a condition has the condition's answer, whatever was put aside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

import pytest

from companyos.conditions import ConditionError, Node, Value, evaluate, to_text
from companyos.conditions.partial import Known, remainder
from companyos.config.condition_parser import parse_source
from companyos.config.condition_syntax import Located
from condition_cases import Grower


def read(source: str) -> Node:
    """Return a condition."""
    found = parse_source(source)
    assert isinstance(found, Located), found
    return found.node


def answer(node: Node, names: Mapping[str, Value]) -> bool | str:
    """Return what a condition answers; a value that is no truth is an error."""
    try:
        value = evaluate(node, names)
    except ConditionError:
        return "error"
    return value if isinstance(value, bool) else "error"


def flat(
    path: tuple[str, ...], fields: Mapping[str, Value]
) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Yield every field by its path, outer ones first."""
    for name, value in fields.items():
        yield (*path, name), value
        if isinstance(value, Mapping):
            yield from flat((*path, name), value)


KNOWN = Known(
    {("t", "env"): "pilot", ("t", "level"): 3, ("s", "roles"): ("Analyst",)},
    frozenset({("t",)}),
)


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('t.env == "pilot"', "true"),
        ('t.env == "dev" && s.region == "eu"', "false"),
        ('s.region == "eu" && t.env == "pilot"', 's.region == "eu"'),
        ('s.region == "eu" || t.level > 2', "true"),
        ('!(t.level > 2) || s.region == "eu"', 's.region == "eu"'),
        ("has(t.region)", "false"),
        ("has(s.region)", "has(s.region)"),
        ("has(s.roles)", "true"),
        ('t.region == "eu"', 't.region == "eu"'),
        ('"Analyst" in s.roles', "true"),
        ("s.roles.exists(r, r == t.env)", "false"),
        ('s.names.exists(t, t == "pilot")', 's.names.exists(t, t == "pilot")'),
        ('t.env == "pilot" ? has(s.a) : has(s.b)', "has(s.a)"),
    ],
)
def test_what_is_known_is_put_aside(source: str, left: str) -> None:
    """Nothing else is: what is not there keeps its error, a bound name its meaning."""
    assert to_text(remainder(read(source), KNOWN)) == left


@pytest.mark.parametrize("seed", range(300))
def test_random_conditions_keep_their_answer(seed: int) -> None:
    """With any part of the values known, the rest answers as the whole does."""
    random = Random(seed)  # noqa: S311 - the same cases on every run
    grower = Grower(random)
    node = grower.condition()
    names = grower.variables(missing=random.choice([0.0, 0.2]), wrong=0.0)
    values: dict[tuple[str, ...], Value] = {}
    whole: set[tuple[str, ...]] = set()
    for variable, fields in names.items():
        assert isinstance(fields, Mapping)
        if random.random() < 0.5:
            whole.add((variable,))
        for path, value in flat((variable,), fields):
            if isinstance(value, Mapping):
                if path[:-1] in whole:
                    whole.add(path)
            elif path[:-1] in whole or random.random() < 0.5:
                values[path] = value
    left = remainder(node, Known(values, frozenset(whole)))
    assert answer(left, names) == answer(node, names), to_text(node)
