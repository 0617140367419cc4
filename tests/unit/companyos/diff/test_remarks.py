"""What is told beside access and flags, and whether it counts as an effect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

import desired_states as states
from companyos.diff import StateDiff, compare
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.snapshot import Snapshot

ROLES: JSONObject = {"Analyst": {"inherits": []}, "Viewer": {"inherits": []}}
AND_AUDITOR: JSONObject = {**ROLES, "Auditor": {"inherits": []}}
ANA: JSONObject = {
    "tenant_id": "pilot-a", "subject_id": "ana", "roles": ["Viewer"],
    "attributes": {"country": "DE"},
}  # fmt: skip


def state(
    *rules: JSONValue, subjects: tuple[JSONValue, ...] = (), **catalog: JSONValue
) -> Snapshot:
    """Return a state of these rules, with parts of the catalogue replaced."""
    bundles = {"standard": states.bundle(*rules)}
    whole = {**states.CATALOG, "roles": ROLES, **catalog}
    return Snapshot.load(
        tenants=canonical_json(states.tenants_document(subjects=subjects)),
        policies=canonical_json(states.policies_document(bundles, catalog=whole)),
        flags=canonical_json(states.flags_document()),
    )


def told(before: Snapshot, after: Snapshot) -> StateDiff:
    """Return what the change does."""
    return compare(before, after, now=datetime(2027, 1, 31, tzinfo=UTC))


def texts(diff: StateDiff) -> list[str]:
    """Return the remarks as text."""
    return [each.text for each in diff.remarks]


def test_a_new_role_that_no_rule_mentions_is_no_effect() -> None:
    """It is told, with whom it concerns: nobody."""
    rule = states.rule("a")
    diff = told(state(rule), state(rule, roles=AND_AUDITOR))
    assert diff.access == ()
    assert texts(diff) == ["role `Auditor` is new: nobody gains or loses by it"]
    assert not diff.has_effect


def test_a_new_role_with_access_is_told_as_new() -> None:
    """The remark says with whom its holders are compared."""
    rule = states.rule("a", roles=("Auditor",))
    diff = told(state(), state(rule, roles=AND_AUDITOR))
    assert texts(diff) == [
        "role `Auditor` is new: who has it is compared with who does not"
    ]
    assert diff.has_effect


def test_a_role_that_goes_concerns_who_still_has_it() -> None:
    """Whoever is told to have a role that is not declared is denied everything."""
    diff = told(state(roles=AND_AUDITOR), state())
    (text,) = texts(diff)
    assert text == (
        "role `Auditor` is no longer declared: who still has it is denied everything,"
        " and nobody else gains or loses by it"
    )
    assert diff.has_effect


def test_a_role_that_goes_with_its_access_is_told_so() -> None:
    """Who loses what stands under access, so the remark does not say nobody."""
    rule = states.rule("a", roles=("Auditor",))
    diff = told(state(rule, roles=AND_AUDITOR), state())
    assert texts(diff) == [
        "role `Auditor` is no longer declared: who still has it is denied everything"
    ]


@pytest.mark.parametrize(
    ("subjects", "text"),
    [
        (({**ANA, "roles": ["Analyst"]},),
         "subject `ana` of `pilot-a` had the roles Viewer and has Analyst"),
        (({**ANA, "attributes": {}},),
         "subject `ana` of `pilot-a` has other attributes"),
        ((), "subject `ana` of `pilot-a` is gone"),
    ],
)  # fmt: skip
def test_other_roles_of_a_subject_are_an_effect(
    subjects: tuple[JSONValue, ...], text: str
) -> None:
    """No rule changed, and somebody may do something else."""
    diff = told(state(subjects=(ANA,)), state(subjects=subjects))
    assert texts(diff) == [text]
    assert diff.has_effect


def test_what_a_role_inherits_explains_and_counts_for_nothing() -> None:
    """Who gains and loses by it stands under access; nobody does here."""
    heirs: JSONObject = {**ROLES, "Analyst": {"inherits": ["Viewer"]}}
    diff = told(state(), state(roles=heirs))
    (remark,) = diff.remarks
    assert remark.text == "role `Analyst` inherits otherwise: + Viewer"
    assert remark.about == ("catalog", "roles", "Analyst", "inherits")
    assert not diff.has_effect


def test_how_long_identities_are_kept_is_told() -> None:
    """A setting of the cache, from what to what."""
    document = states.tenants_document()
    identity = document["identity"]
    assert isinstance(identity, Mapping)
    cache = {
        "ttl_seconds": 60, "negative_seconds": 5, "max_stale_seconds": 300,
        "timeout_ms": 250,
    }  # fmt: skip
    changed = {**document, "identity": {**identity, "cache": cache}}
    before, after = (
        Snapshot.load(
            tenants=canonical_json(each),
            policies=canonical_json(states.policies_document()),
            flags=canonical_json(states.flags_document()),
        )
        for each in (document, changed)
    )
    diff = told(before, after)
    assert texts(diff) == ["identity: `cache.ttl_seconds` 30 → 60"]
    assert diff.has_effect


@pytest.mark.parametrize(
    ("fresh", "text"),
    [
        (True, "now has `require_fresh`: a remembered identity is not enough"),
        (False, "no longer has `require_fresh`: a remembered identity is enough"),
    ],
)
def test_an_action_that_asks_for_a_fresh_identity_is_told(
    fresh: bool,  # noqa: FBT001 - a value
    text: str,
) -> None:
    """Which action, and which way."""
    actions = dict(states.CATALOG["actions"])  # type: ignore[arg-type]  # a table
    actions["dataset:read"] = {"resource_type": "dataset", "require_fresh": True}
    sides = state(), state(actions=actions)
    diff = told(*(sides if fresh else reversed(sides)))
    assert texts(diff) == [f"action `dataset:read` {text}"]
    assert diff.has_effect
