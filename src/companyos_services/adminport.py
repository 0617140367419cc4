"""The admin port: health and state, on its own thread and away from tenants.

It answers also while the service's event loop is busy or has no configuration, because
that is when somebody asks. It shows digests and ids of tenants, so it must only be
reachable by the platform.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from companyos.digests import JSONObject, canonical_json

JSON = "application/json"
SOCKET_SECONDS = 5.0
Query = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What one path of the admin port answers."""

    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    media_type: str = JSON


Pages = Mapping[str, Callable[[Query], Page]]


def json_page(document: JSONObject, status: HTTPStatus = HTTPStatus.OK) -> Page:
    """Return a page that shows one JSON document."""
    return Page(canonical_json(document) + b"\n", status)


class AdminPort:
    """An HTTP server for pages that are read only. Port 0 takes a free one."""

    def __init__(self, address: tuple[str, int], pages: Pages) -> None:
        """Bind the port.

        Raises:
            OSError: if it cannot be bound.
        """
        handler = type("Handler", (_Handler,), {"pages": pages})
        self._server = ThreadingHTTPServer(address, handler)
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """Return the port in use."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Serve from a thread of its own until `stop`."""
        threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="companyos-admin",
            daemon=True,
        ).start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD from `pages`."""

    pages: ClassVar[Pages] = {}
    timeout = SOCKET_SECONDS
    server_version = "companyos"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one page."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer one page's headers."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
        """Log nothing: probes come every few seconds."""

    def _answer(self, *, with_body: bool) -> None:
        url = urlsplit(self.path)
        page = self.pages.get(url.path)
        query = parse_qs(url.query)
        found = NOT_FOUND if page is None else page(query)
        self.send_response(found.status)
        self.send_header("Content-Type", found.media_type)
        self.send_header("Content-Length", str(len(found.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if with_body:
            self.wfile.write(found.body)


NOT_FOUND = Page(b'{"error":"no such page"}\n', HTTPStatus.NOT_FOUND)
