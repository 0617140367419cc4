"""May this subject do this, and why: RBAC and ABAC over policy bundles, fail closed.

Each name's module is loaded when the name is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.authz.decision import PolicySource, decide, decide_lookup
    from companyos.authz.explanation import Explanation, explain, reason_for_caller
    from companyos.authz.model import Decision, Request, Resource, Rule
    from companyos.authz.policies import Policies, PolicyBundle
    from companyos.authz.vocabulary import ANY, Effect, ReasonCode

__all__ = [
    "ANY",
    "Decision",
    "Effect",
    "Explanation",
    "Policies",
    "PolicyBundle",
    "PolicySource",
    "ReasonCode",
    "Request",
    "Resource",
    "Rule",
    "decide",
    "decide_lookup",
    "explain",
    "reason_for_caller",
]

_HOMES = {
    "ANY": "vocabulary",
    "Decision": "model",
    "Effect": "vocabulary",
    "Explanation": "explanation",
    "Policies": "policies",
    "PolicyBundle": "policies",
    "PolicySource": "decision",
    "ReasonCode": "vocabulary",
    "Request": "model",
    "Resource": "model",
    "Rule": "model",
    "decide": "decision",
    "decide_lookup": "decision",
    "explain": "explanation",
    "reason_for_caller": "explanation",
}


if not TYPE_CHECKING:  # else every misspelt name would be an object to the checker

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
