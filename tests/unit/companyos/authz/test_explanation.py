"""An explanation: the decision, and why each rule said what it said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

import desired_states as states
from companyos.authz import ReasonCode, Request, Resource, decide, explain
from companyos.authz.explanation import Outcome, reason_for_caller
from companyos.digests import JSONValue
from companyos.identity.subjects import Subject
from random_rules import EXPORT as ANY_EXPORT
from random_rules import RULES, SUBJECTS, Sketch, written

ANA = states.subject(country="US")
EXPORT = Request(
    "pilot-a",
    ANA,
    "dataset:export",
    Resource("dataset", "d1", "pilot-a", {"data_region": "eu"}),
)
IN_REGION = states.rule("in-region", when=states.IN_REGION)


def clauses_of(*rules: JSONValue, request: Request = EXPORT) -> list[str]:
    """Return the clauses of the first rule that was considered, as text."""
    (first, *_) = explain(request, states.with_rules(*rules)).considered
    return [str(clause) for clause in first.clauses]


def test_a_near_miss_names_the_clause_and_the_values_it_met() -> None:
    """The role fits, the condition is false, and it says of what."""
    explanation = explain(EXPORT, states.with_rules(IN_REGION))
    (near,) = explanation.near_misses
    assert (near.rule.rule_id, near.outcome) == ("in-region", Outcome.CONDITION_FALSE)
    assert [str(clause) for clause in near.clauses] == [
        'resource.data_region == subject.region was "eu" == "us"'
    ]


def test_only_the_clauses_that_failed_are_named() -> None:
    """Of a row of `&&` the true part is not what failed."""
    finance = states.equals(states.DEPARTMENT, "finance")
    known: JSONValue = ["has", states.SUBJECT, "region"]
    rule = states.rule("r", when=["and", known, ["or", states.IN_REGION, finance]])
    subject = replace(ANA, attributes={"country": "US", "department": "sales"})
    assert clauses_of(rule, request=replace(EXPORT, subject=subject)) == [
        'resource.data_region == subject.region was "eu" == "us"',
        'subject.attributes.department == "finance" was "sales" == "finance"',
    ]


def test_a_clause_without_a_value_says_why() -> None:
    """What is missing is named, in an allow rule and in a deny rule."""
    finance = states.equals(states.DEPARTMENT, "finance")
    for effect in ("allow", "deny"):
        snapshot = states.with_rules(states.rule("r", effect, when=finance))
        (found,) = explain(EXPORT, snapshot).considered
        assert found.outcome is Outcome.CONDITION_ERROR
        assert "department" in found.clauses[0].error


def test_a_rule_for_other_roles_is_considered_and_said_to_be() -> None:
    """Which roles would have been enough is worked out by deciding again."""
    admins = states.rule("admins", roles=["CompanyAdmin"])
    explanation = explain(EXPORT, states.with_rules(admins, IN_REGION))
    outcomes = {each.rule.rule_id: each.outcome for each in explanation.considered}
    assert outcomes["admins"] is Outcome.OTHER_ROLE
    assert explanation.enough == ("CompanyAdmin",)


def test_no_role_is_enough_against_a_deny_for_everybody() -> None:
    """A deny outweighs whatever another role would allow."""
    frozen = states.rule("frozen", "deny", roles=["*"])
    admins = states.rule("admins", roles=["CompanyAdmin"])
    explanation = explain(EXPORT, states.with_rules(frozen, admins))
    assert explanation.enough == ()
    assert [each.rule.rule_id for each in explanation.considered if each.decided] == [
        "frozen"
    ]


def test_rules_of_the_base_are_considered_too() -> None:
    """A bundle's explanation has the rules of all it extends, and no other bundle's."""
    snapshot = states.snapshot(
        bundles={
            "base": states.bundle(states.rule("frozen", "deny"), abstract=True),
            "standard": states.bundle(states.rule("open"), extends=["base"]),
            "other": states.bundle(states.rule("strange")),
        }
    )
    considered = explain(EXPORT, snapshot).considered
    assert [each.rule.rule_id for each in considered] == ["frozen", "open"]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(EXPORT, tenant_id="nobody"), ReasonCode.UNKNOWN_TENANT),
        (replace(EXPORT, action="dataset:burn"), ReasonCode.UNKNOWN_ACTION),
        (replace(EXPORT, tenant_id="pilot-b"), ReasonCode.TENANT_MISMATCH),
        (
            replace(EXPORT, subject=Subject("pilot-a", "ana", frozenset({"?"}), {})),
            ReasonCode.INVALID_INPUT,
        ),
    ],
)
def test_before_the_rules_there_are_none_to_explain(
    request_: Request, code: ReasonCode
) -> None:
    """Whoever falls at an earlier gate learns of no rule."""
    explanation = explain(request_, states.with_rules(IN_REGION))
    assert explanation.decision.code is code
    assert (explanation.considered, explanation.enough) == ((), ())


@given(RULES, SUBJECTS)
def test_an_explanation_agrees_with_its_decision(
    rules: list[Sketch], subject: Subject
) -> None:
    """What matched first among deny rules, then among allow rules, is what decided."""
    snapshot = states.with_rules(*written(rules))
    request = replace(ANY_EXPORT, subject=subject)
    explanation = explain(request, snapshot)
    assert explanation.decision == decide(request, snapshot)
    deciding = [
        each
        for each in explanation.considered
        if each.outcome is Outcome.MATCHED
        or (each.outcome is Outcome.CONDITION_ERROR and each.rule.effect == "deny")
    ]
    decided = [each for each in explanation.considered if each.decided]
    assert decided == deciding[:1]
    for role in explanation.enough:
        richer = replace(subject, roles=subject.roles | {role})
        assert decide(replace(request, subject=richer), snapshot).allowed


def test_a_caller_is_told_a_denied_rule_s_own_words_and_no_other() -> None:
    """The reason of an allow rule, or of silence, is not for callers."""
    denied = decide(EXPORT, states.with_rules(states.rule("frozen", "deny")))
    assert reason_for_caller(denied) == "why frozen is there"
    silent = decide(EXPORT, states.with_rules())
    assert reason_for_caller(silent) == "nothing permits this action on this resource"
    allowed = decide(EXPORT, states.with_rules(states.rule("open")))
    assert reason_for_caller(allowed) == ""
