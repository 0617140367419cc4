"""How much of a request a service is willing to take: headers, body, and time.

No ASGI server limits bodies or their duration. The deadline runs from the first read to
the last byte of the body, so a body that drips in is cut as one that never comes. How
long a client may take over its headers is the server's own setting.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from companyos.asgi.problems import Problem

CLOSE = ((b"connection", b"close"),)


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """The limits of one service, in bytes and seconds."""

    header_bytes: int = 32 * 1024
    header_count: int = 100
    body_bytes: int = 64 * 1024
    body_seconds: float = 10.0


class BodyRefusedError(Exception):
    """Raised out of `receive` once a body breaks a limit; `problem` is the answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Limits:
    """Refuses what is too large (413, 431), too slow (408) or encoded (415)."""

    def __init__(self, app: ASGIApp, limits: RequestLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = refusal_of_headers(scope["headers"], self._limits)
        if problem is not None:
            await problem(scope, receive, send)
            return
        started = _Started(send)
        try:
            await self._app(scope, _BoundedBody(receive, self._limits), started)
        except BodyRefusedError as error:
            if started.yes:
                raise  # half an answer is out: only a broken connection is honest
            await error.problem(scope, receive, send)


def refusal_of_headers(
    headers: list[tuple[bytes, bytes]], limits: RequestLimits
) -> Problem | None:
    """Return why a request with these headers is refused before its body is read."""
    if (
        len(headers) > limits.header_count
        or sum(len(name) + len(value) for name, value in headers) > limits.header_bytes
    ):
        return Problem(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers_too_large",
            f"at most {limits.header_count} headers of {limits.header_bytes} bytes",
            CLOSE,
        )
    if any(
        name == b"content-encoding" and value.strip().lower() != b"identity"
        for name, value in headers
    ):
        return Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "encoding_not_supported",
            "send the body without a content encoding",
            CLOSE,
        )
    return _refusal_of_length(headers, limits)


def _refusal_of_length(
    headers: list[tuple[bytes, bytes]], limits: RequestLimits
) -> Problem | None:
    """Judge the announced length, which several headers may only repeat."""
    lengths = {value for name, value in headers if name == b"content-length"}
    if not lengths:
        return None
    length = lengths.pop()
    if lengths or not length.isdigit():
        return Problem(
            HTTPStatus.BAD_REQUEST,
            "content_length_malformed",
            "one content length of digits was expected",
            CLOSE,
        )
    # A number of more digits than the limit has is larger; int() of it may be refused.
    if len(length) > 15 or int(length) > limits.body_bytes:
        return _too_large(limits)
    return None


class _Started:
    """A `send` that remembers whether the response has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.yes = False

    async def __call__(self, message: Message) -> None:
        self.yes = self.yes or message["type"] == "http.response.start"
        await self._send(message)


class _BoundedBody:
    """A `receive` that counts the bytes of one body and watches its deadline."""

    def __init__(self, receive: Receive, limits: RequestLimits) -> None:
        self._receive = receive
        self._limits = limits
        self._count = 0
        self._complete = False
        self._deadline: float | None = None

    async def __call__(self) -> Message:
        if self._complete:
            return await self._receive()
        message = await self._next()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._complete = not message.get("more_body", False)
            if self._count > self._limits.body_bytes:
                raise BodyRefusedError(_too_large(self._limits))
        return message

    async def _next(self) -> Message:
        now = asyncio.get_running_loop().time()
        if self._deadline is None:
            self._deadline = now + self._limits.body_seconds
        try:
            left = max(0.001, self._deadline - now)
            return await asyncio.wait_for(self._receive(), left)
        except TimeoutError as error:
            raise BodyRefusedError(_too_slow(self._limits)) from error


def _too_large(limits: RequestLimits) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"a body may have at most {limits.body_bytes} bytes",
        CLOSE,
    )


def _too_slow(limits: RequestLimits) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_TIMEOUT,
        "body_too_slow",
        f"the body was not complete after {limits.body_seconds:g} seconds",
        CLOSE,
    )
