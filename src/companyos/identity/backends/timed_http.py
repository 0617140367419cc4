"""HTTP GET that ends in time: one deadline from the connection to the last byte.

A socket's own timeout starts anew with every byte, so a server that drips one now and
then would hold a lookup for ever. No redirect is followed and no proxy is used: the
answer comes from the address that was configured, or not at all.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from urllib.parse import urlsplit

from companyos.errors import UnavailableError, UsageError
from companyos.identity.backends.idle_connections import IdleConnections

BODY_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; `media_type` is without parameters, in lower case."""

    status: int
    media_type: str
    body: bytes


class TimedHttp:
    """A client of one server. `clock` gives seconds that only ever grow."""

    def __init__(
        self,
        url: str,
        *,
        timeout_seconds: float,
        clock: Callable[[], float],
        headers: Mapping[str, str],
    ) -> None:
        """Take the address that paths are put behind.

        Raises:
            UsageError: if it is no http or https address.
        """
        self._https, self._host, self._port, self._prefix = _parts(url)
        self._timeout = timeout_seconds
        self._clock = clock
        self._headers = dict(headers)
        self._tls = _trusted() if self._https else None
        self._idle: IdleConnections[http.client.HTTPConnection] = IdleConnections(
            http.client.HTTPConnection.close
        )

    def get(self, target: str) -> Reply:
        """Return the answer to a GET of `target`, an encoded path and query.

        Raises:
            UnavailableError: if none comes in time, or one that is too large.
        """
        deadline = self._clock() + self._timeout
        try:
            return self._get(target, deadline)
        except TimeoutError as error:
            raise UnavailableError("no answer in time") from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UnavailableError(f"no connection: {reason}") from error
        except (http.client.HTTPException, ValueError) as error:
            raise UnavailableError(f"no HTTP: {type(error).__name__}") from error

    def close(self) -> None:
        """Close the connections that are idle."""
        self._idle.close()

    def _get(self, target: str, deadline: float) -> Reply:
        kept = self._idle.take()
        if kept is not None:
            # The server may have closed a kept connection just now; a GET may be
            # sent again, once, on a new one.
            with suppress(ConnectionError, http.client.BadStatusLine):
                return self._exchange(kept, target, deadline)
            kept.close()
            self._idle.drop()
        return self._exchange(self._connect(deadline), target, deadline)

    def _connect(self, deadline: float) -> http.client.HTTPConnection:
        left = self._left(deadline)
        if self._tls is not None:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=left, context=self._tls
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=left)

    def _exchange(
        self, connection: http.client.HTTPConnection, target: str, deadline: float
    ) -> Reply:
        whole = False
        try:
            if connection.sock is not None:
                connection.sock.settimeout(self._left(deadline))
            timed = partial(_timed_response, left=partial(self._left, deadline))
            connection.response_class = timed  # type: ignore[assignment] # any factory
            connection.request("GET", self._prefix + target, headers=self._headers)
            response = connection.getresponse()
            body = response.read(BODY_BYTES_MAX + 1)
            if len(body) > BODY_BYTES_MAX:
                raise UnavailableError(f"more than {BODY_BYTES_MAX} bytes")
            whole = response.isclosed() and not response.will_close
        finally:
            if not whole:
                connection.close()
        self._idle.give_back(connection)
        kind = response.getheader("Content-Type", "").partition(";")[0]
        return Reply(response.status, kind.strip().lower(), body)

    def _left(self, deadline: float) -> float:
        left = deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        return left


class _TimedSocket(io.RawIOBase):
    """What a response is read from: each read waits only for the time that is left."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        super().__init__()
        self._sock = sock
        self._left = left
        self._file = sock.makefile("rb", buffering=0)  # keeps the socket open

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # narrower than io's own, which has no name
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return itself as the file that `HTTPResponse` asks a socket for."""
        del mode
        return io.BufferedReader(self)

    def close(self) -> None:
        self._file.close()
        super().close()


def _timed_response(
    sock: socket.socket,
    debuglevel: int = 0,
    method: str | None = None,
    url: str | None = None,
    *,
    left: Callable[[], float],
) -> http.client.HTTPResponse:
    timed = _TimedSocket(sock, left)
    return http.client.HTTPResponse(timed, debuglevel, method, url)  # type: ignore[arg-type] # it only calls `makefile`


@cache
def _trusted() -> ssl.SSLContext:
    """Return the authorities that this machine trusts, read once: it takes a while."""
    return ssl.create_default_context()


def _parts(url: str) -> tuple[bool, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"`{url}` is no address") from error
    plain = not parts.query and not parts.fragment and "@" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise UsageError(
            f"`{url}` is no address of a directory",
            hint="write it as `https://directory.example/base`, without user or query",
        )
    https = parts.scheme == "https"
    return https, parts.hostname, port or (443 if https else 80), parts.path.rstrip("/")
