"""The ASGI edge: who is calling, for which tenant, within which limits, and the record.

Every class here is plain ASGI 3 and server-neutral. Nothing here decides access: that
is `companyos.authz`, asked through an `Inquiry`, which leaves a line for each answer.
"""

from companyos.asgi.bundle_watch import Attempt, BundleWatch, Outcome, Sources
from companyos.asgi.decision_log import Asked, DecisionLog, Event
from companyos.asgi.enforcement import Enforcement, Inquiry, refusal
from companyos.asgi.limits import Limits, RequestLimits
from companyos.asgi.loaded import Loaded
from companyos.asgi.log_lines import LineWriter
from companyos.asgi.problems import Problem
from companyos.asgi.request_id import RequestId, request_id_of
from companyos.asgi.tenant_context import Caller, TenantContext, caller_of
from companyos.asgi.tokens import (
    KeyRing,
    Refusal,
    Refused,
    TokenRules,
    VerifiedToken,
    read_jwks,
    verify_token,
)

__all__ = [
    "Asked",
    "Attempt",
    "BundleWatch",
    "Caller",
    "DecisionLog",
    "Enforcement",
    "Event",
    "Inquiry",
    "KeyRing",
    "Limits",
    "LineWriter",
    "Loaded",
    "Outcome",
    "Problem",
    "Refusal",
    "Refused",
    "RequestId",
    "RequestLimits",
    "Sources",
    "TenantContext",
    "TokenRules",
    "VerifiedToken",
    "caller_of",
    "read_jwks",
    "refusal",
    "request_id_of",
    "verify_token",
]
