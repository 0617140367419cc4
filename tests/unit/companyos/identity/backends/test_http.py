from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from companyos.digests import JSONObject
from companyos.errors import UsageError
from companyos.identity import Directory, NotFound, Subject, Unavailable
from companyos.testing import DirectoryContract, SubjectServer
from companyos.testing.directory_contract import person
from identity_directories import (
    ANA,
    TIMEOUT,
    Opened,
    free_port,
    http_answer,
    opened,
    raw_server,
)

GOOD: JSONObject = {
    "tenant_id": "pilot-a",
    "subject_id": "ana",
    "roles": ["Analyst"],
    "attributes": {"country": "DE"},
}
NOBODY: JSONObject = {
    "tenant_id": "pilot-a",
    "subject_id": "ana",
    "code": "subject_not_found",
}
TWICE = (
    b'{"tenant_id":"pilot-a","subject_id":"ana","roles":[],"roles":["CompanyAdmin"],'
    b'"attributes":{}}'
)
Serve = Callable[[socket.socket], None]


def directory_at(url: str) -> Opened:
    """Return the directory behind one address."""
    return opened("http", {"url": url})


def answer_to(status: str, document: object, kind: str = "application/json") -> object:
    """Return what a lookup of `ana` makes of one answer."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with raw_server(http_answer(status, body, kind)) as url:
        return directory_at(url).get_subject("pilot-a", "ana")


def answer_of(serve: Serve) -> tuple[object, float]:
    """Return what a lookup makes of a server, and how long that takes."""
    with raw_server(serve) as url:
        return directory_at(url).timed("pilot-a", "ana")


class TestHttpDirectory(DirectoryContract):
    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        with ExitStack() as self.servers:
            yield

    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory over a server of its own."""
        server = self.servers.enter_context(SubjectServer(subjects))
        return directory_at(server.url)

    def broken_directory(self) -> Directory:
        """Return one whose port nobody listens on."""
        return directory_at(f"http://127.0.0.1:{free_port()}")


def test_refuses_connection() -> None:
    """A directory that is not running is unavailable, at once."""
    answer, took = directory_at(f"http://127.0.0.1:{free_port()}").timed(
        "pilot-a", "ana"
    )
    assert answer == Unavailable("the directory: no connection: Connection refused")
    assert took < TIMEOUT


def test_hangs() -> None:
    """A directory that takes the request and says nothing costs one timeout."""
    answer, took = answer_of(lambda _connection: time.sleep(TIMEOUT * 3))
    assert answer == Unavailable("the directory: no answer in time")
    assert took < TIMEOUT + 5


@pytest.mark.parametrize(
    "begin",
    [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"],
    ids=["header", "body"],
)
def test_slow_drip(begin: bytes) -> None:
    """A byte now and then keeps a socket alive, and not a lookup."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(begin)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(b"x")

    answer, took = answer_of(drip)
    assert answer == Unavailable("the directory: no answer in time")
    assert took < TIMEOUT + 5


@pytest.mark.parametrize("name", ["tenant_id", "subject_id"])
@pytest.mark.parametrize("document", [GOOD, NOBODY], ids=["found", "not_found"])
def test_wrong_tenant_in_the_body(name: str, document: JSONObject) -> None:
    """An answer about another tenant or subject is none, whichever answer it is."""
    status = "200 OK" if document is GOOD else "404 Not Found"
    answer = answer_to(status, {**document, name: "pilot-b"})
    assert answer == Unavailable("the directory answered about somebody else")


def test_extra_members_and_attributes_do_no_harm() -> None:
    """A later version may say more; conditions read what the catalogue declares."""
    attributes = {"country": "DE", "shoe_size": "44"}
    answer = answer_to("200 OK", {**GOOD, "attributes": attributes, "etag": 1})
    assert answer == person("pilot-a", "ana", "Analyst", country="DE", shoe_size="44")


def test_attributes_keep_their_types() -> None:
    """A number is no text that looks like one: conditions are typed."""
    attributes = {"level": 3, "on_call": True, "teams": ["a", "b"], "code": "3"}
    answer = answer_to("200 OK", {**GOOD, "attributes": attributes})
    typed = {**attributes, "teams": ("a", "b")}
    assert isinstance(answer, Subject)
    assert {name: type(each) for name, each in answer.attributes.items()} == {
        "level": int,
        "on_call": bool,
        "teams": tuple,
        "code": str,
    }
    assert answer.attributes == typed


@pytest.mark.parametrize(
    "change",
    [
        {"roles": None},
        {"roles": "Analyst"},
        {"roles": ["Analyst", 1]},
        {"roles": [""]},
        {"roles": ["Analyst", "Analyst"]},
        {"attributes": None},
        {"attributes": {"country": None}},
        {"attributes": {"country": ""}},
        {"attributes": {"country": ["DE", ""]}},
        {"attributes": {"country": ["DE", 49]}},
        {"attributes": {"country": 4.9}},
        {"attributes": {"country": {"code": "DE"}}},
    ],
)
def test_missing_or_malformed_members_are_unavailable(change: JSONObject) -> None:
    """Roles or attributes in any other form could mean anything."""
    answer = answer_to("200 OK", {**GOOD, **change})
    assert answer == Unavailable("the directory sent a malformed subject")


def test_404_with_the_documented_body_is_not_found() -> None:
    """Only the directory itself knows to say this."""
    answer = answer_to("404 Not Found", NOBODY, "application/problem+json")
    assert answer == NotFound("pilot-a", "ana")


@pytest.mark.parametrize(
    "document",
    [b"<h1>Not Found</h1>", b"", {"code": "no_such_path"}, {**NOBODY, "code": "gone"}],
)
def test_404_of_anybody_on_the_way_is_unavailable(document: object) -> None:
    """A proxy without a route must not deprovision everybody."""
    assert isinstance(answer_to("404 Not Found", document), Unavailable)


@pytest.mark.parametrize(
    "status",
    ["401 Unauthorized", "403 Forbidden", "410 Gone", "429 Slow", "500 Oops", "503 No"],
)
def test_403_and_500_say_nothing_about_who_exists(status: str) -> None:
    """Whatever the body claims."""
    number = status.partition(" ")[0]
    answer = answer_to(status, NOBODY)
    assert answer == Unavailable(f"the directory answered {number}")


def test_a_redirect_is_not_followed() -> None:
    """The answer comes from the configured address, or not at all."""

    def elsewhere(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
            b"Content-Length: 0\r\n\r\n"
        )

    assert answer_of(elsewhere)[0] == Unavailable("the directory answered 302")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 10_000,
        TWICE,
    ],
    ids=["empty", "cut", "null", "list", "bytes", "deep", "twice"],
)
def test_garbage(body: bytes) -> None:
    """What is not one strict JSON object is no answer."""
    answer = answer_to("200 OK", body)
    assert answer == Unavailable("the directory answered 200 without our JSON")


def test_another_media_type_is_no_answer() -> None:
    """A login page that happens to parse is not a subject."""
    answer = answer_to("200 OK", GOOD, "text/html")
    assert answer == Unavailable("the directory answered 200 without our JSON")


@pytest.mark.parametrize(
    "sent",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"],
    ids=["closed", "other protocol", "cut short"],
)
def test_no_http_is_unavailable(sent: bytes) -> None:
    """A connection that ends early, or speaks something else, tells nothing."""
    answer, _ = answer_of(lambda connection: connection.sendall(sent))
    assert isinstance(answer, Unavailable)


def test_oversized() -> None:
    """An answer without end is cut, however it is framed."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"

    def endless(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b" " * 65536)

    assert answer_of(endless)[0] == Unavailable("the directory: more than 65536 bytes")


def test_a_kept_connection_that_died_costs_nothing() -> None:
    """A server that restarted between two lookups is asked anew."""
    served: list[int] = []

    def once(connection: socket.socket) -> None:
        served.append(1)
        http_answer("200 OK", json.dumps(GOOD).encode())(connection)

    with raw_server(once) as url:
        directory = directory_at(url)
        answers = [directory.get_subject("pilot-a", "ana") for _ in range(3)]
    assert answers == [person("pilot-a", "ana", "Analyst", country="DE")] * 3
    assert len(served) == 3


def test_the_token_comes_from_the_environment() -> None:
    """With it the server answers, without it nobody is found or missing."""
    with SubjectServer([ANA], token="s3cret") as server:  # noqa: S106 - a test's own
        options = {"url": server.url, "token_env": "TOKEN"}
        trusted = opened("http", options, environment={"TOKEN": "s3cret"})
        assert trusted.get_subject("pilot-a", "ana") == ANA
        unknown = directory_at(server.url)
        for each in ("ana", "eve"):
            answer = unknown.get_subject("pilot-a", each)
            assert answer == Unavailable("the directory answered 401")


def test_the_address_may_have_a_path() -> None:
    """A base behind a gateway is kept in front of ours."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        listener.settimeout(5)
        directory_at(f"http://127.0.0.1:{port}/intel/").get_subject("pilot-a", "a/b")
        connection, _ = listener.accept()
        with connection:
            asked.append(connection.recv(4096))
    assert asked[0].startswith(b"GET /intel/v1/tenants/pilot-a/subjects/a%2Fb HTTP")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://directory.example",
        "directory.example",
        "https://user:secret@directory.example",
        "https://directory.example/?tenant=1",
        "https://directory.example:port",
        "https://",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(url: str) -> None:
    """When the configuration is loaded, not at the first lookup."""
    with pytest.raises(UsageError, match="is no address"):
        directory_at(url)
