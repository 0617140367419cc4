"""CEL's conformance cases: each is refused, as listed, or gives what CEL says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from companyos.conditions import (
    ConditionError,
    Value,
    compile_condition,
    evaluate,
    from_wire,
    to_wire,
)
from companyos.conditions.wire import is_identifier
from companyos.config.condition_parser import (
    ParsedCondition,
    parse_condition,
    parse_source,
)
from companyos.config.condition_syntax import Located
from companyos.config.condition_types import (
    Anything,
    Bool,
    Environment,
    Field,
    Int,
    ListType,
    ObjectType,
    String,
    Type,
)
from companyos.digests import JSONObject, JSONValue

CASES = Path(__file__).parents[1] / "cases" / "cel"
OUTSIDE = CASES / "outside.txt"

pytestmark = pytest.mark.oracle


@dataclass(frozen=True)
class Case:
    """One case; `expected` is None for an error."""

    name: str
    expression: str
    variables: Mapping[str, Value]
    expected: JSONValue


class NotExpressibleError(Exception):
    """A case whose setting conditions have no words for."""


def test_a_case_gives_what_it_should_or_is_refused_as_listed() -> None:
    """No case gives a wrong value, and the refused ones are exactly those listed."""
    assert outside_and_wrong() == (OUTSIDE.read_text("utf-8").splitlines(), [])


@pytest.mark.parametrize(
    "name",
    [
        "basic/self_eval_nonzeroish/self_eval_int_negative_min",
        "basic/self_eval_nonzeroish/self_eval_unicode_escape_eight",
        "comparisons/eq_literal/eq_list_numbers",
        "fields/in/absent",
        "fields/map_has/has",
        "lists/in/missing",
        "logic/AND/false_left",
        "logic/conditional/true_case",
        "macros/all/map_key",
        "macros/exists/list_elem_some_true",
        "string/contains/contains_unicode_smp",
        "string/ends_with/basic_true",
        "string/size/unicode",
        "string/starts_with/unicode_smp",
    ],
)
def test_the_profile_itself_is_inside(name: str) -> None:
    """The list of refused cases has not come to hold what the profile is there for."""
    assert name in {case.name for case in cases() if isinstance(case, Case)}
    listed = OUTSIDE.read_text("utf-8").splitlines()
    assert name not in {line.split(": ")[0] for line in listed}


def test_untyped_expressions_give_what_they_should() -> None:
    """What only the type check refuses is evaluated as CEL evaluates dynamic values."""
    roots = [
        (case, parse_source(case.expression))
        for case in cases()
        if isinstance(case, Case) and not expects_a_type(case)
    ]
    inside = [(case, root) for case, root in roots if isinstance(root, Located)]
    wrong = [
        case.name
        for case, root in inside
        if outcome(ParsedCondition(case.expression, root, Anything()), case)
        != case.expected
    ]
    assert wrong == []
    assert len(inside) > 300


def expects_a_type(case: Case) -> bool:
    """Tell whether the case is about types as values, which the profile has not."""
    return isinstance(case.expected, list) and case.expected[0] == "type"


def outside_and_wrong() -> tuple[list[str], list[str]]:
    """Return the refused cases with reasons, and those with a wrong outcome."""
    outside: list[str] = []
    wrong: list[str] = []
    for case in cases():
        if isinstance(case, str):
            outside.append(case)
            continue
        environment = environment_of(case.variables)
        read = parse_condition(case.expression, environment, require_bool=False)
        if not isinstance(read, ParsedCondition):
            outside.append(f"{case.name}: {read[0].message}")
        elif (found := outcome(read, case)) != case.expected:
            wrong.append(f"{case.name}: {case.expression} gave {found!r}")
    return outside, wrong


def outcome(read: ParsedCondition, case: Case) -> JSONValue:
    """Return the outcome in the form of the cases; a bool also as compiled."""
    node = from_wire(to_wire(read.node))
    try:
        value = evaluate(node, case.variables)
    except ConditionError:
        return None
    if isinstance(value, bool):
        ask = compile_condition(node, tuple(case.variables))
        assert ask(*case.variables.values()) is value, case.name
    return tagged(value)


def cases() -> list[Case | str]:
    """Return the cases, and for those not expressible a line that says why."""
    read: list[Case | str] = []
    for raw in json.loads((CASES / "core.json").read_text("utf-8")):
        name = f"{raw['file']}/{raw['section']}/{raw['name']}"
        try:
            read.append(case_of(name, raw))
        except NotExpressibleError as error:
            read.append(f"{name}: {error}")
    return read


def case_of(name: str, raw: JSONObject) -> Case:
    """Return one case as it stands in the file."""
    if raw["check_only"]:
        raise NotExpressibleError("it asks for a type only")
    if raw["container"]:
        raise NotExpressibleError("names have no container")
    bindings = cast("JSONObject", raw["bindings"])
    if not all(is_identifier(variable) for variable in bindings):
        raise NotExpressibleError("a variable's name has no dots")
    variables = {
        variable: value_of(cast("list[JSONValue]", value))
        for variable, value in bindings.items()
    }
    kind, *expected = cast("list[JSONValue]", raw["exp"])
    outcome = in_order(expected[0]) if kind == "value" else None
    return Case(name, cast("str", raw["expr"]), variables, outcome)


def value_of(bound: list[JSONValue]) -> Value:
    """Return a variable's value."""
    match bound:
        case ["bool" | "int" | "string", bool() | int() | str() as value]:
            return value
        case ["list", list() as items]:
            return [value_of(cast("list[JSONValue]", item)) for item in items]
        case ["map", list() as entries]:
            pairs = cast("list[list[list[JSONValue]]]", entries)
            return {str(value_of(key)): value_of(item) for key, item in pairs}
        case _:
            raise NotExpressibleError(f"a variable holds a {bound[0]}")


def environment_of(variables: Mapping[str, Value]) -> Environment:
    """Return the types of these values."""
    return {name: type_of(value) for name, value in variables.items()}


def type_of(value: Value) -> Type:
    """Return the type of one value; the fields of a map are the ones it has."""
    match value:
        case bool():
            return Bool()
        case int():
            return Int()
        case str():
            return String()
        case Mapping():
            return ObjectType({key: Field(type_of(one)) for key, one in value.items()})
        case _:
            return ListType(type_of(value[0]) if value else Anything())


def tagged(value: Value) -> JSONValue:
    """Return a value in the form of the cases, a map's entries in order."""
    match value:
        case bool():
            return ["bool", value]
        case int():
            return ["int", value]
        case str():
            return ["string", value]
        case Mapping():
            entries = ((["string", key], tagged(value[key])) for key in sorted(value))
            return ["map", [list(entry) for entry in entries]]
        case _:
            return ["list", [tagged(item) for item in value]]


def in_order(expected: JSONValue) -> JSONValue:
    """Return an expected value with every map's entries in order."""
    match expected:
        case ["map", list() as entries]:
            pairs = cast("list[list[list[JSONValue]]]", entries)
            ordered = sorted(pairs, key=lambda pair: str(pair[0][1]))
            return ["map", [[key, in_order(value)] for key, value in ordered]]
        case ["list", list() as items]:
            return ["list", [in_order(item) for item in items]]
        case _:
            return expected


if __name__ == "__main__":
    OUTSIDE.write_text("\n".join(outside_and_wrong()[0]) + "\n", "utf-8")
