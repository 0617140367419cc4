"""The file of invariants: what is wrong in it, and what it proves of a whole state."""

from __future__ import annotations

import pytest

import check_cases
from companyos.config.load import load
from companyos.findings import Finding

HEAD = """\
# yaml-language-server: $schema=../schemas/invariants.schema.json
invariants:
"""


def found(*rows: str, **files: bytes) -> list[Finding]:
    """Return what is found in a good state with these invariants."""
    text = HEAD + "".join(f"  - {row}\n" for row in rows)
    state = {**check_cases.base(), "config/invariants.yaml": text.encode(), **files}
    return [*load(state, today=check_cases.TODAY).findings]


def row(rest: str, name: str = "one") -> str:
    """Return one invariant on one line."""
    return f"{{id: {name}, reason: why, {rest}}}"


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ('only: {roles: [Boss], may: ["report:read"]}', "role `Boss` does not exist"),
        ('never: {may: ["report:burn"]}', "action `report:burn` does not exist"),
        ('never: {may: ["memo:*"]}', "action `memo:*` does not exist"),
        (
            'always: {roles: [Viewer], may: ["report:read"]}, tenants: [nobody]',
            "tenant `nobody` does not exist",
        ),
    ],
)
def test_a_name_that_does_not_exist_is_found_where_it_stands(
    rest: str, message: str
) -> None:
    """Nothing is proved of what is misspelt."""
    (finding,) = found(row(rest))
    assert (finding.check, finding.message) == ("policy/invariant", message)
    assert finding.place.line == 3
    assert finding.place.column > 20


def test_one_id_stands_once() -> None:
    """A finding names one invariant."""
    rest = 'reachable: {roles: [Editor], may: ["report:write"]}'
    (finding,) = found(row(rest), row(rest))
    assert finding.message == "there are two invariants `one`"


def test_a_condition_is_checked_against_the_catalogue() -> None:
    """A misspelt attribute is shown in the condition."""
    when = "resource.data_regoin == subject.region"
    (finding,) = found(row(f'never: {{may: ["report:read"], when: {when}}}'))
    assert finding.check == "policy/condition"
    assert finding.place.line == 3


@pytest.mark.parametrize(
    "rest",
    [
        'only: {roles: [Editor], may: ["report:write"]}',
        'only: {roles: [Viewer], may: ["report:*"]}',
        'reachable: {roles: [Editor], may: ["report:*"]}',
        'never: {roles: [Viewer], may: ["report:write"]}, tenants: [acme]',
        'always: {roles: [Viewer], may: ["report:read"], when: resource.type == "x"}',
    ],
)
def test_what_holds_gives_nothing(rest: str) -> None:
    """`only` counts heirs, the other forms mean the role itself."""
    assert found(row(rest)) == []


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ('only: {roles: [Editor], may: ["report:read"]}', "with `Viewer` may"),
        ('always: {roles: [Viewer], may: ["report:read"]}', "with `Viewer` may not"),
        ('reachable: {roles: [Viewer], may: ["report:write"]}', "may not"),
        ('never: {may: ["report:*"]}', "(and 3 more)"),
    ],
)
def test_what_does_not_hold_is_told_with_a_counterexample(
    rest: str, words: str
) -> None:
    """Tenant, role and action are named; the rule that decides stands beside it."""
    (finding,) = found(row(rest))
    assert finding.check == "policy/invariant"
    assert words in finding.message
    assert "`acme`" in finding.message
    assert finding.hint


def test_the_deciding_rule_is_a_related_place() -> None:
    """It is where the rule begins, in its own file."""
    (finding,) = found(row('only: {roles: [Editor], may: ["report:read"]}'))
    (related,) = finding.related
    assert related.place.file == "config/policies/common.yaml"
    assert "everybody-reads" in related.label


def test_nothing_is_proved_of_a_state_with_errors() -> None:
    """The errors are told first, and alone."""
    path = "config/tenants/acme.yaml"
    text = check_cases.base()[path].replace(b"standard", b"standart")
    told = found(row('never: {may: ["report:*"]}'), **{path: text})
    assert {finding.check for finding in told} >= {"ref/unknown-policy"}
    assert "policy/invariant" not in {finding.check for finding in told}
