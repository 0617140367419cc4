from __future__ import annotations

import pytest

from companyos.authz import Decision, Effect, ReasonCode
from companyos_services.enforcement import refusal

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
