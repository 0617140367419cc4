"""Who is calling, and for which tenant: settled before any endpoint sees the request.

The verified token names tenants; `X-Tenant-ID` chooses one of them and must stand there
exactly once. It may be absent only where the token names a single tenant. A tenant that
the token does not name and one that does not exist get the same answer, so that nobody
can find out which tenants there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companyos.asgi.loaded import Loaded
from companyos.asgi.problems import Problem
from companyos.asgi.request_id import request_id_of
from companyos.asgi.tokens import (
    RecentTokens,
    Refusal,
    Refused,
    VerifiedToken,
)
from companyos.tenants import is_id

SCOPE_KEY = "companyos.caller"
NOT_FOR_CACHES = (
    (b"cache-control", b"no-store"),
    (b"vary", b"authorization, x-tenant-id"),
)

bearer_token = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([A-Za-z0-9._~+/=-]+)").fullmatch


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified subject id and the tenant it acts for, from one loaded state."""

    tenant_id: str
    subject_id: str
    loaded: Loaded


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why there is no caller: the answer, and what only the log may know."""

    refusal: Refusal
    problem: Problem
    note: str = ""


def caller_of(scope: Scope) -> Caller:
    """Return who is calling. Only for requests that came through `TenantContext`."""
    caller: Caller = scope[SCOPE_KEY]
    return caller


class TenantContext:
    """Lets a request through once its caller is known, and answers it otherwise.

    `loaded` gives what is loaded now; while that is None, nobody gets any further.
    `clock` gives Unix seconds. `on_rejection` is told of every refusal and request id.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        loaded: Callable[[], Loaded | None],
        clock: Callable[[], float],
        on_rejection: Callable[[Rejection, str | None], None],
    ) -> None:
        self._app = app
        self._loaded = loaded
        self._clock = clock
        self._on_rejection = on_rejection
        self._tokens = RecentTokens()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *NOT_FOR_CACHES]
                message = {**message, "headers": headers}
            await send(message)

        loaded = self._loaded()
        if loaded is None:
            await NOT_LOADED(scope, receive, send_uncached)
            return
        found = identify(
            scope["headers"], loaded, now=self._clock(), tokens=self._tokens
        )
        if isinstance(found, Rejection):
            self._on_rejection(found, request_id_of(scope))
            await found.problem(scope, receive, send_uncached)
            return
        scope[SCOPE_KEY] = found
        await self._app(scope, receive, send_uncached)


def identify(
    headers: list[tuple[bytes, bytes]],
    loaded: Loaded,
    *,
    now: float,
    tokens: RecentTokens,
) -> Caller | Rejection:
    """Return the caller that these headers prove, or why they prove none."""
    sent = [value for name, value in headers if name == b"authorization"]
    chosen = [value for name, value in headers if name == b"x-tenant-id"]
    # A gateway that turns underscores into hyphens would make this the real header.
    if any(name == b"x_tenant_id" for name, _ in headers):
        return _bad_request(Refusal.MALFORMED, "`X_Tenant_ID` is not `X-Tenant-ID`")
    token = _verified(sent, loaded, now, tokens)
    if isinstance(token, Rejection):
        return token
    tenant_id = _chosen_tenant(chosen, token.tenants)
    if isinstance(tenant_id, Rejection):
        return tenant_id
    if tenant_id not in token.tenants:
        return Rejection(Refusal.MISMATCH, NOT_YOUR_TENANT, tenant_id)
    if tenant_id not in loaded.snapshot.tenants:
        return Rejection(Refusal.UNKNOWN_TENANT, NOT_YOUR_TENANT, tenant_id)
    return Caller(tenant_id, token.subject_id, loaded)


def _verified(
    authorizations: list[bytes], loaded: Loaded, now: float, tokens: RecentTokens
) -> VerifiedToken | Rejection:
    if len(authorizations) > 1:
        return _bad_request(Refusal.DUPLICATE, "`Authorization` stands there twice")
    match = bearer_token(authorizations[0]) if authorizations else None
    if match is None:
        refusal = Refusal.MALFORMED if authorizations else Refusal.MISSING
        return Rejection(refusal, NO_TOKEN)
    if not loaded.keys:
        return Rejection(Refusal.JWKS_UNAVAILABLE, NO_KEYS)
    token = match.group(1).decode("ascii")
    found = tokens.verify(token, rules=loaded.rules, keys=loaded.keys, now=now)
    if isinstance(found, Refused):
        return Rejection(found.refusal, BAD_TOKEN, found.note)
    return found


def _chosen_tenant(values: list[bytes], named: frozenset[str]) -> str | Rejection:
    if len(values) > 1:
        return _bad_request(Refusal.DUPLICATE, "`X-Tenant-ID` stands there twice")
    if not values:
        if len(named) == 1:
            return next(iter(named))
        return _bad_request(
            Refusal.MISSING, "the token names several tenants: send `X-Tenant-ID`"
        )
    tenant_id = values[0].decode("latin-1")
    if not is_id(tenant_id):
        return _bad_request(Refusal.MALFORMED, "`X-Tenant-ID` is not a tenant's id")
    return tenant_id


def _bad_request(refusal: Refusal, detail: str) -> Rejection:
    code = f"tenant_context_{refusal.value}"
    return Rejection(refusal, Problem(HTTPStatus.BAD_REQUEST, code, detail))


NOT_LOADED = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "configuration_not_loaded",
    "this service has no verified configuration yet; try again later",
)
NO_KEYS = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "token_keys_unavailable",
    "tokens cannot be verified now; try again later",
)
NO_TOKEN = Problem(
    HTTPStatus.UNAUTHORIZED,
    "token_missing",
    "send `Authorization: Bearer` with an access token",
    ((b"www-authenticate", b"Bearer"),),
)
BAD_TOKEN = Problem(
    HTTPStatus.UNAUTHORIZED,
    "token_refused",
    "the access token was not accepted; get a new one",
    ((b"www-authenticate", b'Bearer error="invalid_token"'),),
)
NOT_YOUR_TENANT = Problem(
    HTTPStatus.FORBIDDEN,
    "tenant_forbidden",
    "the token does not allow acting for this tenant",
)
