"""The type check: what passes cannot fail, and what fails is explained."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from companyos.conditions import evaluate, to_text
from companyos.config.condition_parser import ParsedCondition, parse_condition
from companyos.config.condition_syntax import ConditionProblem
from companyos.config.condition_types import (
    Bool,
    Field,
    Int,
    ListType,
    MapType,
    ObjectType,
    String,
    Type,
)
from condition_cases import ENVIRONMENT, Grower

OWNER = ObjectType({"id": Field(String()), "team": Field(String(), optional=True)})
SUBJECT: dict[str, Type] = {
    "id": String(),
    "level": Int(),
    "active": Bool(),
    "roles": ListType(String()),
    "grades": ListType(Int()),
    "labels": MapType(String()),
    "lists": ListType(ListType(Int())),
}
TYPES = {
    "s": ObjectType(
        {name: Field(kind) for name, kind in SUBJECT.items()}
        | {
            "region": Field(String(), optional=True),
            "owner": Field(OWNER, optional=True),
            "department": Field(String(), optional=True),
        }
    )
}


def problems(source: str) -> tuple[ConditionProblem, ...]:
    """Return what is wrong with the condition."""
    found = parse_condition(source, TYPES)
    return found if isinstance(found, tuple) else ()


@pytest.mark.parametrize(
    "source",
    [
        "s.active",
        "s.id == 'a' && s.level < 5 && s.active != false",
        "'a' in s.roles && 1 in s.grades && 'k' in s.labels",
        "s.grades == [1, 2] || s.labels == {'a': 'b'} || s.roles == []",
        "size(s.roles) > size(s.id) && s.labels.size() == 0",
        "s.roles.exists(r, r.startsWith('a') && r.endsWith(s.id))",
        "s.labels.all(k, k.contains('x'))",
        "s.lists.exists(l, l.all(n, n > 0))",
        "s.id == 'a' == s.active",
        "(s.active ? s.id : 'x') == 'a'",
        "[].all(x, x > 1) && {'a': 1}.a == 1",
        # Optional fields behind their guards.
        "has(s.region) && s.region == 'eu'",
        "has(s.region) && s.active && s.region == 'eu'",
        "s.active && has(s.region) && (s.level == 1 || s.region == 'eu')",
        "!has(s.region) || s.region == 'eu'",
        "!(has(s.region)) || s.level == 1 || s.region == 'eu'",
        "!(!has(s.region)) && s.region == 'eu'",
        "has(s.region) ? s.region == 'eu' : s.active",
        "!has(s.region) ? s.active : s.region == 'eu'",
        "!(has(s.region) && s.active) || s.region == 'eu'",
        "(has(s.region) && s.active || has(s.region)) && s.region == 'eu'",
        "has(s.owner) && has(s.owner.team) && s.owner.team == s.owner.id",
        "has(s.labels.tier) && s.labels.tier == 'gold'",
        "has(s.region) && s.roles.exists(r, r == s.region)",
        "has(s.region) && has(s.department) && s.region == s.department",
        "s.roles.exists(r, has(s.region) && r == s.region)",
        "s.roles.exists(r, true) && s.grades.all(r, r > 1)",
    ],
)
def test_a_well_typed_condition_passes(source: str) -> None:
    """Operators are used as they are meant, optional fields behind their guard."""
    assert problems(source) == ()


@pytest.mark.parametrize(
    ("source", "part", "message"),
    [
        ("s.level", "s.level", "`s.level` is of type int, not bool"),
        ("s.id && s.active", "s.id", "`s.id` is of type string, not bool"),
        ("!s.id", "s.id", "`s.id` is of type string, not bool"),
        ("s.active ? s.id : 'a'", "s.active ? s.id : 'a'", "not bool"),
        ("s.level == 'a'", "s.level == 'a'", "`==` compares int with string"),
        ("s.active == 1", "s.active == 1", "`==` compares bool with int"),
        ("s.roles == [1]", "s.roles == [1]", "compares list(string) with list(int)"),
        ("s.id < 1", "s.id < 1", "`<` compares string with int"),
        ("s.roles < s.roles", "s.roles < s.roles", "no meaning for list(string)"),
        ("1 in s.roles", "1 in s.roles", "`in` looks for int in list(string)"),
        ("1 in s.labels", "1 in s.labels", "`in` looks for int in map(string, string)"),
        ("'a' in s.id", "'a' in s.id", "`in` looks into string"),
        ("'a' in s", "'a' in s", "`in` has no meaning for an object"),
        ("size(s.level) == 1", "size(s.level)", "`size` of int"),
        ("s.level.startsWith('a')", "s.level", "`startsWith` is given int"),
        ("s.id.startsWith(1)", "1", "`startsWith` is given int"),
        ("s.roles.contains('a')", "s.roles", "`contains` is given list(string)"),
        ("s.id.all(c, true)", "s.id", "`s.id` is of type string, not a list"),
        ("s.all(c, true)", "s", "`s` is of type object, not a list"),
        ("s.roles.all(r, r)", "r", "`r` is of type string, not bool"),
        ("s.id in ['a', 1]", "1", "a list of string also holds int"),
        ("{'a': 1, 'b': ''}.a == 1", "''", "a map of int also holds string"),
        ("(s.active ? 1 : 'a') == 1", "(s.active ? 1 : 'a')", "chooses between"),
        ("t.id == 'a'", "t", "unknown variable `t`"),
        ("s.idd == 'a'", "s.idd", "`s` has no field `idd`"),
        ("has(s.idd)", "has(s.idd)", "`s` has no field `idd`"),
        ("s.id.length == 1", "s.id.length", "`s.id` is of type string and has no"),
        ("s.roles.all(s, true)", "s", "`s` is already the name"),
        ("s.roles.all(x, s.roles.all(x, true))", "x", "`x` is already the name"),
    ],
)
def test_a_type_error_is_marked_and_explained(
    source: str, part: str, message: str
) -> None:
    """One problem, at the smallest part that shows it."""
    (found,) = problems(source)
    assert message in found.message
    # The name that a quantifier takes again stands first in its own span.
    assert source[found.start - 1 : found.end - 1] == part


@pytest.mark.parametrize(
    "source",
    [
        "s.region == 'eu'",
        "s.region != 'eu'",
        "s.region == 'eu' && has(s.region)",
        "has(s.region) || s.region == 'eu'",
        "!has(s.region) && s.region == 'eu'",
        "has(s.department) && s.region == 'eu'",
        "(has(s.region) || s.active) && s.region == 'eu'",
        "(s.active ? has(s.region) : true) && s.region == 'eu'",
        "has(s.region) ? s.active : s.region == 'eu'",
        "has(s.owner) && s.owner.team == 'a'",
        "has(s.owner.team) && s.owner.team == 'a'",
        "s.labels.tier == 'gold'",
        "has(s.labels.tier) && s.labels.level == 'gold'",
        "s.roles.exists(r, has(s.region)) && s.region == 'eu'",
        "(has(s.region) == true) && s.region == 'eu'",
        "{'a': 'x'}.b == 'x'",
    ],
)
def test_an_unguarded_optional_field_is_refused(source: str) -> None:
    """A field that may be missing is read only where it is known to be there."""
    (found, *_) = problems(source)
    assert "may be missing" in found.message
    assert "in a rule that denies `!has(" in found.hint
    assert "has(" in found.hint


def test_three_quantifiers_within_each_other_are_refused() -> None:
    """Two are the limit, wherever the third stands."""
    source = "s.roles.all(a, s.roles.all(b, s.roles.all(c, a == b && b == c)))"
    (found,) = problems(source)
    assert "more than 2 quantifiers" in found.message
    assert source[found.start - 1 :].startswith("s.roles.all(c")


def test_all_problems_are_reported() -> None:
    """Several mistakes are several problems, in the order of the text."""
    found = problems("s.idd == 'a' || s.level == 'b' && t.x")
    assert [one.start for one in found] == [1, 17, 35]


GUARD = (
    "write `has(s.region) && …` before it; in a rule that denies"
    " `!has(s.region) || …`, or whoever lacks it gets through"
)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("s.rolse == []", "did you mean `roles`?"),
        ("S.id == ''", "known here: `s`"),
        ("s.region == ''", GUARD),
        ("s.roles.contains('a')", "use `item in list`"),
    ],
)
def test_a_problem_says_how_to_mend_it(source: str, hint: str) -> None:
    """The hint is the next thing to type."""
    assert problems(source)[0].hint == hint


def test_any_type_may_be_asked_for() -> None:
    """Without the demand for a bool the type of the expression is the answer."""
    parsed = parse_condition("[s.level]", TYPES, require_bool=False)
    assert isinstance(parsed, ParsedCondition)
    assert parsed.type == ListType(Int())


@given(st.randoms(use_true_random=False))
def test_what_passes_never_fails(random: Random) -> None:
    """A condition that the check lets through has an answer for all declared values."""
    grower = Grower(random)
    parsed = parse_condition(to_text(grower.condition()), ENVIRONMENT)
    assume(isinstance(parsed, ParsedCondition))  # and where too few do, it fails
    assert isinstance(parsed, ParsedCondition)
    for _ in range(5):
        assert evaluate(parsed.node, grower.variables()) in {True, False}
