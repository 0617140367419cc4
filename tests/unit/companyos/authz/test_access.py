"""Access in general: the condition of an answer is exact."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import desired_states as states
from companyos.authz import decide
from companyos.authz.access import Access, Asked, access_of_role, access_of_subject
from companyos.conditions import ConditionError, Value, evaluate
from companyos.digests import JSONValue
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot
from random_rules import EXPORT, RULES, SUBJECTS, Sketch, written


def asked(snapshot: Snapshot, **resource: str) -> Asked:
    """Return the question who may export, of the first tenant."""
    variables = snapshot.tenant_variables["pilot-a"]
    return Asked("standard", variables, "dataset:export", resource)


def of_role(role: str, *rules: JSONValue, **resource: str) -> tuple[Access, str]:
    """Return what a role may do, and when."""
    snapshot = states.with_rules(*rules)
    found = access_of_role(role, asked(snapshot, **resource), snapshot.policies)
    return found.access, found.text


def test_a_rule_without_a_condition_is_a_plain_answer() -> None:
    """Allow where a rule allows, deny where none does or one denies."""
    assert of_role("Analyst", states.rule("r")) == (Access.ALLOW, "")
    assert of_role("Viewer", states.rule("r")) == (Access.DENY, "")
    frozen = states.rule("z", "deny", roles=["*"])
    assert of_role("Analyst", states.rule("r"), frozen) == (Access.DENY, "")


def test_conditions_are_put_together_as_rules_are_asked() -> None:
    """One allow is enough, and no deny may speak."""
    finance = states.equals(states.DEPARTMENT, "finance")
    held = states.equals(["get", states.RESOURCE, "legal_hold"], value=True)
    rules = (
        states.rule("a", when=states.IN_REGION),
        states.rule("b", when=finance),
        states.rule("z", "deny", roles=["*"], when=held),
    )
    assert of_role("Analyst", *rules) == (
        Access.CONDITIONAL,
        (
            "(resource.data_region == subject.region"
            ' || subject.attributes.department == "finance")'
            " && resource.legal_hold != true"
        ),
    )


def test_what_is_known_is_put_aside() -> None:
    """The tenant is known, a resource may be; then less is left to ask."""
    european = states.equals(["get", states.TENANT, "data_region"], "eu")
    rule = states.rule("r", when=["and", european, states.IN_REGION])
    assert of_role("Analyst", rule, data_region="eu") == (
        Access.CONDITIONAL,
        '"eu" == subject.region',
    )
    american = states.equals(["get", states.TENANT, "data_region"], "us")
    rule = states.rule("r", when=["and", states.IN_REGION, american])
    assert of_role("Analyst", rule) == (Access.DENY, "")


def test_attributes_exist_where_all_of_a_subject_is_known() -> None:
    """A known subject has attributes, also if it has none of them."""
    rule = states.rule("r", when=["has", states.SUBJECT, "attributes"])
    snapshot = states.with_rules(rule)
    principal = snapshot.principals.of(states.subject(country="DE"))
    assert not isinstance(principal, str)
    found = access_of_subject(principal, asked(snapshot), snapshot.policies)
    assert found.access is Access.ALLOW


RESOURCES = st.fixed_dictionaries(
    {"data_region": st.sampled_from(["eu", "us"])},
    optional={"legal_hold": st.booleans(), "rows": st.sampled_from([-1, 0, 1])},
)


@given(RULES, SUBJECTS, RESOURCES, st.sampled_from([True, False]))
def test_the_condition_is_true_exactly_where_the_decision_is_yes(
    rules: list[Sketch],
    subject: Subject,
    given_: dict[str, JSONValue],
    knows: bool,  # noqa: FBT001 - given by Hypothesis
) -> None:
    """With all or nothing known of the resource: true is allow, all else is deny."""
    subject = replace(subject, tenant_id="pilot-a")
    snapshot = states.with_rules(*written(rules))
    resource = replace(EXPORT.resource, attributes=given_)
    request = replace(EXPORT, subject=subject, resource=resource)
    principal = snapshot.principals.of(subject)
    assert not isinstance(principal, str)
    seen: dict[str, Value] = {}
    for name, value in given_.items():
        assert isinstance(value, str | int)
        seen[name] = value
    question = asked(snapshot, **(given_ if knows else {}))  # type: ignore[arg-type]  # any value
    found = access_of_subject(principal, question, snapshot.policies)
    names: dict[str, Value] = {
        "subject": principal.variables,
        "resource": {**seen, "id": "d1", "type": "dataset", "tenant": "pilot-a"},
        "tenant": snapshot.tenant_variables["pilot-a"],
    }
    try:
        holds = evaluate(found.condition, names) is True
    except ConditionError:
        holds = False
    assert holds is decide(request, snapshot).allowed
    if found.access is not Access.CONDITIONAL:
        assert holds is (found.access is Access.ALLOW)
