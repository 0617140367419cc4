from __future__ import annotations

import http.client
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from companyos_services.adminport import AdminPort, Page, Query, json_page


def echo_query(query: Query) -> Page:
    """Answer with what was asked."""
    return json_page({name: list(values) for name, values in query.items()})


def unwell(query: Query) -> Page:
    """Answer that something is wrong."""
    del query
    return json_page({"status": "unwell"}, HTTPStatus.SERVICE_UNAVAILABLE)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve two pages."""
    admin = AdminPort(("127.0.0.1", 0), {"/echo": echo_query, "/unwell": unwell})
    admin.start()
    yield admin.port
    admin.stop()


def ask(port: int, method: str, path: str) -> tuple[int, bytes]:
    """Return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/echo", 200, b"{}\n"),
        ("GET", "/echo?a=1&a=2&b=%C3%A4", 200, b'{"a":["1","2"],"b":["\xc3\xa4"]}\n'),
        ("HEAD", "/echo", 200, b""),
        ("GET", "/unwell", 503, b'{"status":"unwell"}\n'),
        ("GET", "/", 404, b'{"error":"no such page"}\n'),
        ("GET", "/echo/", 404, b'{"error":"no such page"}\n'),
        ("GET", "/../../etc/passwd", 404, b'{"error":"no such page"}\n'),
    ],
)
def test_a_page_is_found_by_its_exact_path(
    port: int, method: str, path: str, status: int, body: bytes
) -> None:
    """There are these pages and no files behind them."""
    assert ask(port, method, path) == (status, body)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_changed_over_the_admin_port(port: int, method: str) -> None:
    """The port is for reading."""
    assert ask(port, method, "/echo")[0] == 501


def test_an_endless_query_does_not_stop_the_port(port: int) -> None:
    """A request line beyond the limit is refused, and the next one is answered."""
    assert ask(port, "GET", "/echo?" + "a=1&" * 30_000)[0] == 414
    assert ask(port, "GET", "/echo")[0] == 200
