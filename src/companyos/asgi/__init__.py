"""The ASGI edge: who is calling, for which tenant, within which limits, and the record.

Every class here is plain ASGI 3 and server-neutral. Nothing here decides access: that
is `companyos.authz`, asked by the service behind this edge.
"""

from companyos.asgi.decision_log import Asked, DecisionLog, Event
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
    "Caller",
    "DecisionLog",
    "Event",
    "KeyRing",
    "Limits",
    "LineWriter",
    "Loaded",
    "Problem",
    "Refusal",
    "Refused",
    "RequestId",
    "RequestLimits",
    "TenantContext",
    "TokenRules",
    "VerifiedToken",
    "caller_of",
    "read_jwks",
    "request_id_of",
    "verify_token",
]
