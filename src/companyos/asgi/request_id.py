"""One id for each request, in the response, in the problem and in every log line.

A caller's own `X-Request-ID` is kept where it is harmless to print; anything else is
replaced, never cleaned up, so that two callers cannot be made to look like one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = b"x-request-id"
SCOPE_KEY = "companyos.request_id"

is_usable = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}").fullmatch


def request_id_of(scope: Scope) -> str | None:
    """Return the id of the request, or None outside of `RequestId`."""
    found: str | None = scope.get(SCOPE_KEY)
    return found


class RequestId:
    """Gives every request its id. `new_id` makes one where the caller sent none."""

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str]) -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = [value for name, value in scope["headers"] if name == HEADER]
        usable = len(sent) == 1 and is_usable(sent[0])
        request_id = sent[0].decode("ascii") if usable else self._new_id()
        scope[SCOPE_KEY] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (HEADER, request_id.encode())]
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, send_with_id)
