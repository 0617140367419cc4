"""Calls of a service under test: tokens that it can be told to trust, and requests.

Nothing listens and nothing is sent: the application is called in this process. This
module needs the packages of the extra `services`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.types import ASGIApp, Message, Scope

from companyos.asgi.tokens import TokenRules
from companyos.digests import JSONValue

ALGORITHM = "ES256"
LIFETIME_SECONDS = 300


class TokenIssuer:
    """Issues access tokens by `rules`, with a key that is new for each issuer."""

    def __init__(self, rules: TokenRules, *, key_id: str = "test") -> None:
        self._rules = rules
        self._header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": key_id}
        self._key = ECKey.generate_key("P-256", {"kid": key_id, "use": "sig"})

    @property
    def jwks(self) -> bytes:
        """Return the JWKS document of the public key."""
        return json.dumps({"keys": [self._key.as_dict(private=False)]}).encode()

    def token(self, subject_id: str, *tenants: str, now: float) -> str:
        """Return a token of a subject for these tenants, issued at this Unix time."""
        claims = {
            "iss": self._rules.issuer,
            "aud": self._rules.audience,
            "sub": subject_id,
            self._rules.tenants_claim: list(tenants),
            "iat": int(now),
            "exp": int(now) + LIFETIME_SECONDS,
        }
        return jwt.encode(self._header, claims, self._key, algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class Reply:
    """What the application answered."""

    status: HTTPStatus
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    def json(self) -> JSONValue:
        """Return what the body says."""
        value: JSONValue = json.loads(self.body)
        return value


def call(
    app: ASGIApp,
    path: str,
    *,
    method: str = "GET",
    headers: Sequence[tuple[bytes, bytes]] = (),
    body: bytes = b"",
) -> Reply:
    """Return the application's answer to one request."""
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": list(headers),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def answered() -> None:
        await app(scope, receive, send)

    asyncio.run(answered())
    start, *parts = sent
    return Reply(
        HTTPStatus(start["status"]),
        tuple(start["headers"]),
        b"".join(part.get("body", b"") for part in parts),
    )


def as_caller(token: str, tenant_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers with which a token acts for a tenant."""
    return [
        (b"authorization", f"Bearer {token}".encode()),
        (b"x-tenant-id", tenant_id.encode()),
    ]
