"""May this subject do this, and why: RBAC and ABAC over policy bundles, fail closed.

What explains, and what only a snapshot needs, is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from companyos.authz.decide import PolicySource, decide, decide_lookup
from companyos.authz.model import (
    ANY,
    Decision,
    Effect,
    ReasonCode,
    Request,
    Resource,
    Rule,
)

if TYPE_CHECKING:
    from companyos.authz.explanation import Explanation, explain, reason_for_caller
    from companyos.authz.policies import Policies, PolicyBundle

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
    "Explanation": "explanation",
    "Policies": "policies",
    "PolicyBundle": "policies",
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
