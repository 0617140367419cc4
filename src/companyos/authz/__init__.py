"""May this subject do this, and why: RBAC and ABAC over policy bundles, fail closed."""

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
from companyos.authz.policies import Policies, PolicyBundle

__all__ = [
    "ANY",
    "Decision",
    "Effect",
    "Policies",
    "PolicyBundle",
    "PolicySource",
    "ReasonCode",
    "Request",
    "Resource",
    "Rule",
    "decide",
    "decide_lookup",
]
