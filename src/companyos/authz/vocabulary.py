"""The words of authorization: closed lists, apart from what is made of them."""

from __future__ import annotations

from enum import StrEnum

ANY = "*"
"""The wildcard, legal only in a rule's `roles` and as the last part of an action."""


class Effect(StrEnum):
    """What a rule or a decision says."""

    ALLOW = "allow"
    DENY = "deny"


class ReasonCode(StrEnum):
    """Why a decision is what it is: the first gate that failed, or what matched."""

    ALLOW_RULE = "allow_rule"
    DENY_RULE = "deny_rule"
    DENY_RULE_ERROR = "deny_rule_error"
    NO_MATCHING_RULE = "no_matching_rule"
    INVALID_INPUT = "invalid_input"
    UNKNOWN_TENANT = "unknown_tenant"
    UNKNOWN_ACTION = "unknown_action"
    TENANT_MISMATCH = "tenant_mismatch"
    SUBJECT_NOT_FOUND = "subject_not_found"
    SUBJECT_UNAVAILABLE = "subject_unavailable"
