"""Error responses as problem documents (RFC 9457).

A problem tells the caller what to do next and nothing about the rules behind it. It is
itself an ASGI application, so middleware and endpoints answer with it alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from companyos.asgi.request_id import request_id_of
from companyos.digests import JSONValue, canonical_json

MEDIA_TYPE = b"application/problem+json"
TYPE_PREFIX = "urn:companyos:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal or failure: `code` is from a closed set, `detail` is for people."""

    status: HTTPStatus
    code: str
    detail: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def body(self, request_id: str | None = None) -> bytes:
        """Return the document; the request id lets the caller ask about this answer."""
        document: dict[str, JSONValue] = {
            "type": TYPE_PREFIX + self.code.replace("_", "-"),
            "title": self.status.phrase,
            "status": int(self.status),
            "code": self.code,
        }
        if self.detail:
            document["detail"] = self.detail
        if request_id:
            document["request_id"] = request_id
        return canonical_json(document)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send this problem as the response. The request's body is not read."""
        del receive
        body = self.body(request_id_of(scope))
        headers = [
            (b"content-type", MEDIA_TYPE),
            (b"content-length", str(len(body)).encode()),
            *self.headers,
        ]
        start = {"type": "http.response.start", "status": int(self.status)}
        await send({**start, "headers": headers})
        empty = scope.get("method") == "HEAD"
        await send({"type": "http.response.body", "body": b"" if empty else body})
