"""A decision log decided again: what flips, what stays, and what cannot be known."""

from __future__ import annotations

import pytest

import desired_states as states
from companyos.asgi.decision_log import Asked, decision_fields, input_fields
from companyos.authz import Request, Resource, decide
from companyos.authz.replaying import Standing, replayed
from companyos.digests import JSONObject, JSONValue
from companyos.snapshot import Snapshot

ANA = states.subject("ana", "Analyst", country="DE")
RESOURCE = Resource("dataset", "d1", "pilot-a", {"data_region": "eu"})
BEFORE = states.with_rules(states.rule("in-region", when=states.IN_REGION))


def line(snapshot: Snapshot = BEFORE) -> JSONObject:
    """Return the line a service writes about the export."""
    request = Request("pilot-a", ANA, "dataset:export", RESOURCE)
    decision = decide(request, snapshot)
    asked = Asked("pilot", snapshot.root, "r1", "pilot-a", "ana", ANA)
    return {
        "event": "decision",
        **decision_fields(asked, decision),
        "action": "dataset:export",
        "resource": {"type": "dataset", "id": "d1"},
        "inputs": input_fields(ANA, RESOURCE, ("country",), shown=dict),
    }


def standing(snapshot: Snapshot, **changes: JSONValue) -> Standing:
    """Return how the logged decision stands in another desired state."""
    found = replayed({**line(), **changes}, 1, snapshot)
    assert found is not None
    return found.standing


def test_the_same_policies_give_the_same_decision() -> None:
    """A line holds enough to come to the decision it tells."""
    assert standing(BEFORE) is Standing.SAME


def test_a_decision_that_turns_is_found() -> None:
    """What was allowed and would be denied flips, and names the new rule."""
    frozen = states.with_rules(
        states.rule("in-region", when=states.IN_REGION), states.rule("frozen", "deny")
    )
    found = replayed(line(), 7, frozen)
    assert found is not None
    assert found.decision is not None
    assert (found.standing, found.decision.rule_id) == (Standing.FLIPPED, "frozen")
    assert (found.logged.line, found.logged.request_id) == (7, "r1")


def test_another_rule_with_the_same_answer_is_no_flip() -> None:
    """It is told apart nevertheless."""
    assert standing(states.with_rules(states.rule("x"))) is Standing.REASON_CHANGED


@pytest.mark.parametrize(
    "inputs",
    [
        None,
        {"subject": None, "resource": {}},
        {
            "subject": {
                "tenant_id": "pilot-a",
                "roles": ["Analyst"],
                "attributes": {"country": "[masked]"},
            },
            "resource": {"tenant_id": "pilot-a", "attributes": {"data_region": "eu"}},
        },
    ],
    ids=["not logged", "no subject", "masked"],
)
def test_what_is_not_in_the_line_is_not_guessed(inputs: JSONValue) -> None:
    """A line without all it was decided from is unknown, not unchanged."""
    assert standing(BEFORE, inputs=inputs) is Standing.UNKNOWN


def test_lines_about_other_things_are_passed_over() -> None:
    """Only decisions are decided again."""
    assert replayed({"event": "config_loaded"}, 1, BEFORE) is None


def test_policies_do_not_change_who_could_not_be_found() -> None:
    """A denial because nobody was identified stays one."""
    nobody = states.with_rules(states.rule("open", roles=["*"]))
    assert standing(nobody, code="subject_not_found", effect="deny") is Standing.SAME
