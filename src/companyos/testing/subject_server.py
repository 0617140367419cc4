"""A directory over HTTP, as IntelGraph or anybody may offer it: for tests and demos.

It speaks docs/reference/identity-openapi.yaml and holds its subjects in memory. Whoever
holds `subjects` may change them while it runs.
"""

from __future__ import annotations

import hmac
import socket
import threading
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self, TypeAlias
from urllib.parse import unquote
from weakref import WeakSet

from companyos.digests import JSONObject, canonical_json
from companyos.identity.subjects import Subject

Subjects: TypeAlias = MutableMapping[tuple[str, str], Subject]


class SubjectServer:
    """A server on a free port of this machine; `with` runs it.

    With a `token`, who does not send it is answered 401.
    """

    def __init__(
        self, subjects: Iterable[Subject], *, token: str | None = None
    ) -> None:
        self.subjects: Subjects = {
            (each.tenant_id, each.subject_id): each for each in subjects
        }
        own = {"subjects": self.subjects, "token": token}
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), own))

    @property
    def url(self) -> str:
        """Return the address that the `http` backend takes as `url`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        ).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Of callers that come at once, those beyond this are only heard a second later.
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[_Handler]) -> None:
        super().__init__(address, handler)
        self._open: WeakSet[socket.socket] = WeakSet()

    def get_request(self) -> tuple[socket.socket, object]:
        """Take a connection, and remember it."""
        connection, peer = super().get_request()
        self._open.add(connection)
        return connection, peer

    def hang_up(self) -> None:
        """End the connections that clients keep, as the end of a process would."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    subjects: Subjects
    token: str | None
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or the body waits for the client's acknowledgement
    timeout = 5.0

    def do_GET(self) -> None:
        """Answer about one subject."""
        parts = [unquote(part) for part in self.path.split("/")]
        given = self.headers.get("Authorization", "")
        if self.token and not hmac.compare_digest(
            given.encode(), f"Bearer {self.token}".encode()
        ):
            self._problem(HTTPStatus.UNAUTHORIZED, {"code": "token_refused"})
        elif len(parts) != 6 or parts[:3] != ["", "v1", "tenants"]:
            self._problem(HTTPStatus.NOT_FOUND, {"code": "no_such_path"})
        else:
            self._subject(parts[3], parts[5])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Log nothing."""

    def _subject(self, tenant_id: str, subject_id: str) -> None:
        key: JSONObject = {"tenant_id": tenant_id, "subject_id": subject_id}
        found = self.subjects.get((tenant_id, subject_id))
        if found is None:
            problem = {"code": "subject_not_found", **key}
            self._problem(HTTPStatus.NOT_FOUND, problem)
            return
        told: JSONObject = {
            **key,
            "roles": sorted(found.roles),
            "attributes": dict(found.attributes),
        }
        self._send(HTTPStatus.OK, "application/json", told)

    def _problem(self, status: HTTPStatus, members: JSONObject) -> None:
        document = {"title": status.phrase, "status": int(status), **members}
        self._send(status, "application/problem+json", document)

    def _send(self, status: HTTPStatus, kind: str, document: JSONObject) -> None:
        body = canonical_json(document)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
