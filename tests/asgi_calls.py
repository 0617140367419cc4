"""Calls an ASGI application in this process, without a server in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companyos.digests import JSONObject

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application sent."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> list[bytes]:
        """Return all values of one header."""
        return [value for found, value in self.headers if found == name]

    def json(self) -> JSONObject:
        """Return the body as an object."""
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


def call(
    app: ASGIApp,
    *,
    headers: Headers = (),
    chunks: Sequence[bytes] = (b"",),
    method: str = "POST",
    ends: bool = True,
) -> Answer:
    """Return the answer to one request; one that does not end never sends its last."""
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": list(headers),
    }
    sent: list[Message] = []
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
    ]
    if ends:
        waiting[-1]["more_body"] = False

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async def main() -> None:
        await app(scope, receive, send)

    asyncio.run(main())
    start, *parts = sent
    return Answer(
        status=start["status"],
        headers=tuple(start["headers"]),
        body=b"".join(part["body"] for part in parts),
    )


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 200 with the request's own body."""
    del scope
    body = b""
    more = True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
