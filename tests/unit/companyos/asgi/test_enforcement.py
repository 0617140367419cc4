from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from access_tokens import jwks
from bundles import flags_document, policies_document, tenants_document
from companyos.asgi.bundle_watch import token_rules_of
from companyos.asgi.decision_log import DecisionLog
from companyos.asgi.enforcement import Inquiry, refusal
from companyos.asgi.loaded import Loaded
from companyos.asgi.tenant_context import Caller
from companyos.asgi.tokens import read_jwks
from companyos.authz import Decision, Effect, ReasonCode, Resource
from companyos.digests import canonical_json
from companyos.identity import Freshness, Subject
from companyos.identity.backends.static import StaticDirectory
from companyos.snapshot import Snapshot

INTERNAL = "rule `x` in config/policies/secret.yaml failed"


def denied(code: ReasonCode) -> Decision:
    """Return a deny whose reason is an internal text."""
    return Decision(Effect.DENY, code, "sha256:" + "0" * 64, reason=INTERNAL)


@pytest.mark.parametrize(
    "code", [code for code in ReasonCode if code is not ReasonCode.DENY_RULE]
)
def test_a_refusal_names_its_code_and_nothing_internal(code: ReasonCode) -> None:
    """The caller learns which kind of refusal it is; the log knows the rest."""
    problem = refusal(denied(code))
    assert problem.code == code.value
    assert problem.detail
    assert INTERNAL not in problem.detail


def test_the_reason_of_a_deny_rule_is_for_the_caller() -> None:
    """Its author wrote it for the person who is refused."""
    assert refusal(denied(ReasonCode.DENY_RULE)).detail == INTERNAL


def test_an_unreachable_directory_is_worth_trying_again() -> None:
    """It denies all the same, but as a failure that passes."""
    problem = refusal(denied(ReasonCode.SUBJECT_UNAVAILABLE))
    assert problem.status == 503
    assert (b"retry-after", b"5") in problem.headers


def decided(freshness: Freshness, *, require_fresh: bool) -> Decision:
    """Return the decision about an administrator's change of a setting."""
    policies = json.loads(canonical_json(policies_document()))
    policies["catalog"]["actions"]["settings:update"]["require_fresh"] = require_fresh
    snapshot = Snapshot.load(
        tenants=canonical_json(tenants_document()),
        policies=canonical_json(policies),
        flags=canonical_json(flags_document()),
    )
    now = datetime(2027, 1, 15, tzinfo=UTC)
    rules, keys = token_rules_of(snapshot), read_jwks(jwks())
    directory = StaticDirectory(())
    loaded = Loaded(snapshot, "pilot", 6, now, directory, rules=rules, keys=keys)
    known = {"country": "DE", "department": "it", "employment_type": "employee"}
    adam = Subject("pilot-a", "adam", frozenset({"CompanyAdmin"}), known, freshness)
    inquiry = Inquiry(
        Caller("pilot-a", "adam", loaded),
        adam,
        request_id=None,
        log=DecisionLog("tests"),
        now=now,
    )
    resource = Resource("settings", "all", "pilot-a")
    return inquiry.decide("settings:update", resource)


@pytest.mark.parametrize("freshness", Freshness)
def test_a_risky_action_is_denied_to_a_remembered_subject(
    freshness: Freshness,
) -> None:
    """Also where the endpoint forgot to say that it would ask about it."""
    decision = decided(freshness, require_fresh=True)
    assert decision.allowed is (freshness is Freshness.FRESH)
    if not decision.allowed:
        assert decision.code is ReasonCode.SUBJECT_UNAVAILABLE


@pytest.mark.parametrize("freshness", Freshness)
def test_any_other_action_takes_the_subject_as_it_is(freshness: Freshness) -> None:
    """Fresh, cached or stale: how old an answer may be, the cache decides."""
    assert decided(freshness, require_fresh=False).allowed
