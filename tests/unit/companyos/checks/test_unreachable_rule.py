"""Which rules are void: told where certain, and silent in every other case."""

from __future__ import annotations

import pytest

import check_cases
from companyos.config.load import load
from companyos.findings import Finding

STANDARD = "config/policies/standard.yaml"
HEAD = check_cases.base()[STANDARD].decode().split("rules:")[0] + "rules:\n"
AT_HOME = "resource.data_region == subject.region"
SALES = 'subject.attributes.department == "sales"'


def rule(
    name: str,
    *,
    effect: str = "allow",
    role: str = "Editor",
    action: str = "report:write",
    when: str = "",
) -> str:
    """Return a rule as people write it."""
    condition = f"    when: {when}\n" if when else ""
    return (
        f"  - id: {name}\n    effect: {effect}\n    roles: ['{role}']\n"
        f"    actions: ['{action}']\n{condition}    reason: a test\n"
    )


def told(*rules: str) -> list[Finding]:
    """Return what is told of the rules of a policy bundle."""
    text = HEAD + "".join(rules)
    files = {**check_cases.base(), STANDARD: text.encode()}
    findings = load(files, today=check_cases.TODAY).findings
    return [each for each in findings if each.check == "policy/unreachable-rule"]


def void(*rules: str) -> list[str]:
    """Return the ids of the rules that are reported."""
    return [each.value for each in told(*rules)]


@pytest.mark.parametrize(
    "wide",
    [
        rule("wide"),
        rule("wide", role="Viewer"),
        rule("wide", role="*"),
        rule("wide", action="report:*"),
        rule("wide", when=AT_HOME),
        rule("wide", when=f"{SALES} || {AT_HOME}"),
    ],
)
def test_a_rule_that_an_earlier_one_covers_is_void(wide: str) -> None:
    """By its roles with inheritance, its actions and its condition."""
    assert void(wide, rule("narrow", when=f"{AT_HOME} && {SALES}")) == ["narrow"]


@pytest.mark.parametrize(
    "narrow",
    [
        rule("narrow", when=AT_HOME),
        rule("narrow", role="Viewer", when=f"{AT_HOME} && {SALES}"),
        rule("narrow", role="*", when=f"{AT_HOME} && {SALES}"),
        rule("narrow", action="report:read", when=f"{AT_HOME} && {SALES}"),
        rule("narrow", when=f"{AT_HOME} || {SALES}"),
        rule("narrow"),
    ],
)
def test_a_rule_that_adds_anything_is_not_void(narrow: str) -> None:
    """A role, an action or a case more is enough."""
    assert void(rule("wide", when=f"{AT_HOME} && {SALES}"), narrow) == []


def test_an_allow_that_a_deny_covers_is_void_wherever_the_deny_stands() -> None:
    """Deny rules are asked first, whatever the order of the file."""
    deny = rule("nobody-writes", effect="deny", role="*")
    allow = rule("sales-write", when=SALES)
    assert void(allow, deny) == ["sales-write"]
    assert void(deny, allow) == ["sales-write"]


def test_a_deny_is_not_void_for_an_allow() -> None:
    """What an allow covers, a deny takes away again."""
    deny = rule("not-sales", effect="deny", when=SALES)
    assert void(rule("wide"), deny) == []


def test_a_condition_that_contradicts_itself_never_speaks() -> None:
    """With itself negated, or with false."""
    never = rule("never", when=f'"{SALES} && !({SALES})"'.replace('"sales"', "'sales'"))
    assert void(never) == ["never"]


CONTRADICTIONS = [
    "x == 'a' && x == 'b'",
    "x == 'a' && x != 'a'",
    "x in ['a'] && x == 'b'",
    "x in ['a', 'b'] && x in ['b', 'c'] && x != 'b'",
    "x == subject.id && x != subject.id",
]


@pytest.mark.parametrize("effect", ["allow", "deny"])
@pytest.mark.parametrize("condition", CONTRADICTIONS)
def test_values_that_exclude_each_other_are_never_true(
    condition: str, effect: str
) -> None:
    """What is told holds for a deny too, which would speak where an attribute lacks."""
    when = condition.replace("x", "subject.attributes.department")
    [found] = told(rule("never", effect=effect, when=when))
    assert found.value == "never"
    assert found.message == (
        "the condition of rule `never` is never true: it contradicts itself"
    )


@pytest.mark.parametrize("condition", ["x == 1 && x == 2", "x in [1] && x in [2, 3]"])
def test_numbers_exclude_each_other_as_well(condition: str) -> None:
    """Behind the question whether there is one."""
    level = "subject.attributes.level"
    when = f"has({level}) && {condition}".replace("x ", f"{level} ")
    assert void(rule("never", when=when)) == ["never"]


def test_a_rule_behind_one_for_more_values_is_void() -> None:
    """Each value of the narrow one is among those of the wide one."""
    wide = rule("wide", when="subject.attributes.department in ['sales', 'support']")
    one = rule("one", when="subject.attributes.department == 'sales'")
    both = rule("both", when="subject.attributes.department in ['support', 'sales']")
    more = rule("more", when="subject.attributes.department in ['sales', 'legal']")
    assert void(wide, one) == ["one"]
    assert void(wide, both) == ["both"]
    assert void(wide, more) == []
    assert void(one, wide) == []


def test_a_base_rule_is_not_void_for_one_that_extends_it() -> None:
    """Other bundles extend the base as well, and there it counts."""
    assert void(rule("everybody-reads-all", role="*", action="report:read")) == []


def test_a_rule_is_void_for_one_of_the_base() -> None:
    """What the base says already need not be said again."""
    narrow = rule(
        "editors-read", action="report:read", when='resource.data_region != ""'
    )
    assert void(narrow) == ["editors-read"]


def test_a_rule_with_a_wrong_condition_is_left_alone() -> None:
    """Its mistake is reported, and what it means is not known."""
    assert void(rule("wide"), rule("narrow", when="resource.nothing == 1")) == []
