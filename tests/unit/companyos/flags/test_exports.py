"""Flags for other tools: what is written, and what is refused rather than bent."""

from __future__ import annotations

import pytest

import desired_states as states
from companyos.digests import JSONObject, JSONValue
from companyos.flags.exports import Refusal, to_flagd, to_manifest
from companyos.snapshot import Snapshot


def with_flag(record: JSONObject, **others: JSONObject) -> Snapshot:
    """Return a snapshot in which one tenant takes part in `f` and the others."""
    flags: dict[str, JSONValue] = {"f": record, **others}
    tenants = {"pilot-a": states.tenant(flags=tuple(flags)), "other": states.tenant()}
    return states.snapshot(tenants=tenants, flags=flags)


def rule(when: JSONValue) -> JSONValue:
    """Return the rules of a flag that has one."""
    served = states.served("on")
    return [{"name": "r", "when": when, "source": None, "serve": served}]


NEGATED: JSONValue = ["not", states.equals(states.DEPARTMENT, "finance")]
UNTIL = "2027-02-01T00:00:00Z"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rollout": states.share(1000, "tenant")}, "by tenant"),
        ({"rollout": states.share(1000)}, "not `salt`"),
        ({"rollout": states.share(1000), "bucketing": "unleash"}, "unleash"),
        ({"overrides": {"pilot-a": states.override("on", until=UNTIL)}}, "an end"),
        ({"expires_at": UNTIL, "on_expiry": "default"}, "its date"),
        ({"rules": rule(NEGATED)}, "rule `r`"),
        ({"rules": rule(["!=", states.DEPARTMENT, ["lit", "x"]])}, "rule `r`"),
    ],
)
def test_what_flagd_would_answer_otherwise_is_refused(
    changes: JSONObject, said: str
) -> None:
    """The reason names the part that has no counterpart."""
    found = to_flagd(with_flag(states.flag(**changes)), ["f"])
    assert isinstance(found, tuple)
    (refusal,) = found
    assert isinstance(refusal, Refusal)
    assert refusal.flag_id == "f"
    assert said in refusal.reason


def test_a_reason_names_the_prerequisite_that_has_it() -> None:
    """At the end of the whole way to it, and not the flag that was asked for."""
    ends = states.flag(overrides={"pilot-a": states.override("on", until=UNTIL)})
    middle = states.flag(prerequisites=[{"flag": "ends", "variant": "on"}])
    record = states.flag(prerequisites=[{"flag": "middle", "variant": "on"}])
    found = to_flagd(with_flag(record, middle=middle, ends=ends), ["f", "middle"])
    reason = "its prerequisite `ends`: the override of `pilot-a` has an end"
    assert found == (
        Refusal("f", f"its prerequisite `middle`: {reason}"),
        Refusal("middle", reason),
    )


def test_a_killed_flag_has_no_targeting() -> None:
    """Everybody gets `off`, overrides included."""
    overrides = {"pilot-a": states.override("on")}
    record = states.flag(state="killed", default="on", overrides=overrides)
    found = to_flagd(with_flag(record), ["f"])
    assert isinstance(found, dict)
    assert found["flags"] == {
        "f": {
            "state": "ENABLED",
            "variants": {"off": False, "on": True},
            "defaultVariant": "off",
        }
    }


def test_the_manifest_gives_types_and_defaults() -> None:
    """A number is a float in OpenFeature's words."""
    record = states.flag(
        type="number", variants={"half": "0.5"}, default="half", off="half"
    )
    found = to_manifest(with_flag(record), ["f"])
    assert found["flags"] == {"f": {"flagType": "float", "defaultValue": 0.5}}
