"""What is exported for flagd, asked of flagd's own core: alike for everybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import cast

import pytest

import desired_states as states
from companyos.digests import JSONObject, JSONValue
from companyos.flags import evaluate
from companyos.flags.exports import to_flagd
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

pytestmark = pytest.mark.oracle

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
SUBJECTS = 10_000
DEPARTMENTS = ("finance", "sales", None)
PLAN: JSONValue = ["get", ["var", "context"], "plan"]
IN_SUBSCRIPTION: JSONValue = [
    "in", PLAN, ["list", [["lit", "pro"], ["lit", "enterprise"]]],
]  # fmt: skip
THIRDS: JSONObject = {"by": "subject", "weights": [["b", 33_333], ["a", 66_667]]}


def rule(name: str, when: JSONValue, serve: JSONObject) -> JSONObject:
    """Return one rule of a flag."""
    return {"name": name, "when": when, "source": None, "serve": serve}


EU: JSONValue = states.equals(["get", states.TENANT, "data_region"], "eu")
FINANCE = states.equals(states.DEPARTMENT, "finance")
FLAGS: dict[str, JSONValue] = {
    "base": states.flag(salt="base", rollout=states.share(80_000)),
    "open": states.flag(default="on", overrides={"t-2": states.override("off")}),
    "rollout": states.flag(
        salt="rollout",
        rollout=states.share(12_345),
        overrides={"t-1": states.override("on")},
        prerequisites=[{"flag": "open", "variant": "on"}],
    ),
    "rules": states.flag(
        salt="rules",
        type="string",
        variants={"a": "A", "b": "B"},
        default="a",
        off="a",
        rules=[
            rule("first", ["and", FINANCE, EU], states.served("b")),
            rule("then", ["or", IN_SUBSCRIPTION, FINANCE], {"split": THIRDS}),
        ],
        rollout=THIRDS,
    ),
    "number": states.flag(
        type="number", variants={"x": "0.1", "y": "2.0"}, default="x", off="y"
    ),
    "object": states.flag(
        type="object", variants={"x": {"n": [1, {"m": None}]}}, default="x", off="x"
    ),
    "killed": states.flag(state="killed", default="on"),
}


def world() -> Snapshot:
    """Return tenants in two regions, one of which takes part in nothing."""
    everything = tuple(FLAGS)
    tenants = {
        "t-1": states.tenant(flags=everything),
        "t-2": states.tenant(flags=everything),
        "t-3": states.tenant(flags=everything, region="us"),
        "t-4": states.tenant(),
    }
    return states.snapshot(tenants=tenants, flags=FLAGS)


@pytest.mark.parametrize("flag_id", sorted(FLAGS))
def test_flagd_answers_alike(flag_id: str) -> None:
    """Every tenant, ten thousand subjects, with and without attributes and context."""
    core = pytest.importorskip("openfeature.contrib.tools.flagd.core")
    context = pytest.importorskip("openfeature.evaluation_context")
    snapshot = world()
    document = to_flagd(snapshot, [flag_id])
    assert isinstance(document, dict), document
    engine = core.FlagdCore()
    engine.set_flags(json.dumps(document))
    kind = {"number": "float"}.get(
        snapshot.flags.flags[flag_id].type.value,
        snapshot.flags.flags[flag_id].type.value,
    )
    resolve = getattr(engine, f"resolve_{kind}_value")
    for number in range(SUBJECTS):
        department = DEPARTMENTS[number % 3]
        plan = ("pro", "free", None)[number // 3 % 3]
        attributes = {} if department is None else {"department": department}
        for tenant_id in snapshot.tenants:
            subject = Subject(tenant_id, f"user-{number}", frozenset(), attributes)
            given: JSONObject = {} if plan is None else {"plan": plan}
            ours = evaluate(
                flag_id,
                snapshot,
                tenant_id=tenant_id,
                subject=subject,
                context=given,
                now=NOW,
            )
            asked = context.EvaluationContext(
                subject.subject_id,
                {
                    **given,
                    "tenant": tenant_id,
                    "subject": {"attributes": attributes, "roles": []},
                },
            )
            theirs = resolve(flag_id, cast("JSONValue", None), asked)
            assert theirs.variant == ours.variant, (tenant_id, subject, given)


def test_without_a_subject_both_answer_the_default() -> None:
    """A missing targeting key moves nobody into the first share."""
    core = pytest.importorskip("openfeature.contrib.tools.flagd.core")
    context = pytest.importorskip("openfeature.evaluation_context")
    engine = core.FlagdCore()
    engine.set_flags(json.dumps(to_flagd(world(), ["base"])))
    asked = context.EvaluationContext(None, {"tenant": "t-1"})
    assert engine.resolve_boolean_value("base", False, asked).variant == "off"
