"""Explanations: every step in order, and never another answer than an evaluation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import desired_states as states
from companyos.digests import JSONObject, JSONValue
from companyos.flags import Explanation, evaluate, explain
from companyos.flags.explanation import Outcome
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
PAST = "2027-01-01T00:00:00Z"
FINANCE: JSONObject = {
    "name": "finance-first",
    "when": states.equals(states.DEPARTMENT, "finance"),
    "source": 'subject.attributes.department == "finance"',
    "serve": states.served("on"),
}
ANA = states.subject(department="sales")


def with_flag(record: JSONObject) -> Snapshot:
    """Return a snapshot in which two tenants take part in `f`, and one does not."""
    flags: dict[str, JSONValue] = {"f": record, "base": states.flag(default="on")}
    tenants = {
        name: states.tenant(flags=tuple(flags)) for name in ("pilot-a", "pilot-b")
    }
    tenants["outside"] = states.tenant()
    return states.snapshot(tenants=tenants, flags=flags)


def asked(
    record: JSONObject, tenant_id: str = "pilot-a", subject: Subject | None = ANA
) -> Explanation:
    """Return the explanation of flag `f`."""
    return explain(
        "f", with_flag(record), tenant_id=tenant_id, subject=subject, now=NOW
    )


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"state": "killed"}, "state"),
        ({"expires_at": PAST, "on_expiry": "default"}, "expiry"),
        ({"prerequisites": [{"flag": "base", "variant": "off"}]}, "prerequisite base"),
        ({"overrides": {"pilot-a": states.override("on")}}, "override"),
        ({"rules": [FINANCE], "rollout": states.share(100_000)}, "rollout"),
        ({"expires_at": PAST, "overrides": {
            "pilot-a": states.override("on", until=PAST)}}, "default"),
    ],
)  # fmt: skip
def test_the_last_step_is_the_one_that_decided(changes: JSONObject, last: str) -> None:
    """Steps before it passed, and steps after it are not asked."""
    steps = asked(states.flag(**changes)).steps
    assert steps[-1].name == last
    assert [step.outcome for step in steps] == [
        *[Outcome.PASSED] * (len(steps) - 1),
        Outcome.DECIDED,
    ]


def test_a_rule_is_shown_as_it_is_written() -> None:
    """Whether it holds is said beside it."""
    steps = {
        step.name: step.detail for step in asked(states.flag(rules=[FINANCE])).steps
    }
    assert steps["rule finance-first"] == (
        '`subject.attributes.department == "finance"` does not hold'
    )


def test_a_condition_without_an_answer_says_why() -> None:
    """Nobody's department is missing, not different."""
    (found,) = (
        step
        for step in asked(states.flag(rules=[FINANCE]), subject=None).steps
        if step.name.startswith("rule")
    )
    assert "has no answer" in found.detail


def test_a_split_by_tenant_gives_the_rank() -> None:
    """Of the two that take part one is first and one second."""
    record = states.flag(rollout=states.share(50_000, "tenant"))
    details = {
        asked(record, tenant).steps[-1].detail.rpartition("; ")[2]
        for tenant in ("pilot-a", "pilot-b")
    }
    assert details == {
        "the tenant is number 1 of 2 that take part",
        "the tenant is number 2 of 2 that take part",
    }


def test_an_unknown_flag_has_no_steps() -> None:
    """There is nothing to ask."""
    found = explain("g", with_flag(states.flag()), tenant_id="pilot-a", now=NOW)
    assert found.steps == ()


@given(
    st.sampled_from(["active", "killed"]),
    st.sampled_from(["pilot-a", "pilot-b", "outside", "nobody"]),
    st.sampled_from([None, ANA, states.subject(department="finance")]),
    st.sampled_from([None, states.share(50_000), states.share(50_000, "tenant")]),
    st.booleans(),
)
def test_an_explanation_never_contradicts_the_answer(
    state: str,
    tenant: str,
    who: Subject | None,
    rollout: JSONValue,
    ruled: bool,  # noqa: FBT001 - drawn
) -> None:
    """The answer is `evaluate`'s, and the deciding step speaks of its rule."""
    record = states.flag(
        state=state,
        rollout=rollout,
        rules=[FINANCE] if ruled else [],
        overrides={"pilot-b": states.override("on")},
    )
    snapshot = with_flag(record)
    found = explain("f", snapshot, tenant_id=tenant, subject=who, now=NOW)
    answer = evaluate("f", snapshot, tenant_id=tenant, subject=who, now=NOW)
    assert found.evaluation == answer
    last = found.steps[-1].name
    words = {"rollout": "rollout", "finance-first": "rule finance-first"}
    assume(answer.rule)
    assert last == words.get(answer.rule, "override")
