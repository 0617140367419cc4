"""The SCIM backend against an independent server, scim2-server from PyPI."""

from __future__ import annotations

import http.client
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

import pytest

from companyos.digests import JSONObject, JSONValue
from companyos.errors import UsageError
from companyos.identity import Directory, NotFound, Subject, Unavailable
from companyos.testing import DirectoryContract
from companyos.testing.directory_contract import person
from identity_directories import ANA, Opened, free_port, http_answer, opened, raw_server

TOKEN = "a-token-of-the-tests"  # noqa: S105 - a test's own
TENANTS = ("pilot-a", "pilot-b")
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
TIMEOUT = 2.0


class ScimServer:
    """The running server."""

    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def url(self) -> str:
        """Return the base address, with the tenant's place."""
        return f"http://127.0.0.1:{self.port}/{{tenant}}/v2"

    def call(
        self, method: str, tenant: str, path: str, body: JSONValue = None
    ) -> JSONObject:
        """Return the answer to one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/scim+json",
        }
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, f"/{tenant}/v2{path}", data, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        assert response.status < 300, text
        found = json.loads(text) if text else {}
        assert isinstance(found, dict)
        return found

    def fill(self, users: Mapping[str, Sequence[JSONObject]]) -> None:
        """Let each tenant have exactly these users."""
        for tenant in TENANTS:
            listed = self.call("GET", tenant, "/Users?count=1000").get("Resources", [])
            assert isinstance(listed, list)
            for each in listed:
                assert isinstance(each, dict)
                self.call("DELETE", tenant, f"/Users/{each['id']}")
            for user in users.get(tenant, ()):
                self.call("POST", tenant, "/Users", user)


@pytest.fixture(scope="module")
def server() -> Iterator[ScimServer]:
    """Run one server for all tests of this module."""
    if importlib.util.find_spec("scim2_server") is None:
        pytest.skip("needs scim2-server, of the group `check`")
    port = free_port()
    command = [sys.executable, "-m", "scim2_server.testserver.cli"]
    tenants = [f"--tenant={tenant}" for tenant in TENANTS]
    process = subprocess.Popen(
        [*command, f"--port={port}", f"--bearer-token={TOKEN}", *tenants],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(b"Serving SCIM")
        yield ScimServer(port)
    finally:
        process.kill()
        process.communicate()


def user_of(subject: Subject, **more: JSONValue) -> JSONObject:
    """Return a subject as RFC 7643 writes it."""
    known = subject.attributes
    user: dict[str, JSONValue] = {
        "schemas": [USER, ENTERPRISE],
        "userName": f"{subject.subject_id}@{subject.tenant_id}",
        "externalId": subject.subject_id,
        "roles": [{"value": role} for role in sorted(subject.roles)],
        **more,
    }
    if "department" in known:
        user[ENTERPRISE] = {"department": known["department"]}
    if "country" in known:
        user["addresses"] = [
            {"type": "home", "country": "FR"},
            {"type": "work", "country": known["country"], "primary": True},
        ]
    if "employment_type" in known:
        user["userType"] = known["employment_type"]
    return user


def directory_at(url: str, *, token: str = TOKEN, match: str = "externalId") -> Opened:
    """Return the directory behind one address."""
    return opened(
        "scim",
        {"url": url, "token_env": "TOKEN", "match": match},
        environment={"TOKEN": token},
        timeout_seconds=TIMEOUT,
    )


class TestScimDirectory(DirectoryContract):
    @pytest.fixture(autouse=True)
    def _server(self, server: ScimServer) -> None:
        self.server = server

    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory over the server, which holds exactly these."""
        users = {
            tenant: [user_of(each) for each in subjects if each.tenant_id == tenant]
            for tenant in TENANTS
        }
        self.server.fill(users)
        return directory_at(self.server.url)

    def broken_directory(self) -> Directory:
        """Return one whose port nobody listens on."""
        return directory_at(f"http://127.0.0.1:{free_port()}/{{tenant}}/v2")


def test_a_user_that_is_not_active_is_not_found(server: ScimServer) -> None:
    """Providers deactivate whom they deprovision, and keep the record."""
    server.fill({"pilot-a": [user_of(ANA, active=False)]})
    answer = directory_at(server.url).get_subject("pilot-a", "ana")
    assert answer == NotFound("pilot-a", "ana")


def test_a_bad_token_finds_and_misses_nobody(server: ScimServer) -> None:
    """401 is no statement about who exists."""
    server.fill({"pilot-a": [user_of(ANA)]})
    directory = directory_at(server.url, token="wrong")  # noqa: S106 - a test's own
    for each in ("ana", "eve"):
        answer = directory.get_subject("pilot-a", each)
        assert answer == Unavailable("the provider answered 401")


def test_subjects_may_be_user_names(server: ScimServer) -> None:
    """`userName` is compared exactly, although SCIM itself ignores letter case."""
    server.fill({"pilot-a": [user_of(ANA, userName="Ana.Berg")]})
    directory = directory_at(server.url, match="userName")
    found = directory.get_subject("pilot-a", "Ana.Berg")
    assert isinstance(found, Subject)
    assert found.roles == {"Analyst"}
    other = directory.get_subject("pilot-a", "ana.berg")
    assert other == NotFound("pilot-a", "ana.berg")


def answer_to(document: JSONValue, status: str = "200 OK") -> object:
    """Return what a lookup of `ana` makes of one answer."""
    body = json.dumps(document).encode()
    with raw_server(http_answer(status, body, "application/scim+json")) as url:
        return directory_at(f"{url}/{{tenant}}").get_subject("pilot-a", "ana")


def listed(*users: JSONObject) -> JSONObject:
    """Return the answer of a search that found these."""
    return {"totalResults": len(users), "Resources": list(users)}


def test_a_provider_that_does_not_echo_the_external_id() -> None:
    """Some filter on externalId and leave it out of the answer."""
    assert answer_to(listed({"userName": "x"})) == person("pilot-a", "ana")


def test_a_provider_that_ignores_the_filter_finds_nobody() -> None:
    """Whoever else it sends is not the one who was asked for."""
    answer = answer_to(listed({"externalId": "root", "roles": [{"value": "Admin"}]}))
    assert answer == NotFound("pilot-a", "ana")


def test_an_empty_list_may_leave_the_resources_out() -> None:
    """RFC 7644, section 3.4.2: `Resources` is required only where there are some."""
    assert answer_to({"totalResults": 0}) == NotFound("pilot-a", "ana")


def test_the_only_address_counts_and_of_several_the_primary() -> None:
    """Of several without a primary one, none can be meant."""
    user: JSONObject = {"externalId": "ana"}
    only = answer_to(listed({**user, "addresses": [{"country": "DE"}]}))
    assert only == person("pilot-a", "ana", country="DE")
    several: JSONValue = [{"country": "DE"}, {"country": "FR"}]
    assert answer_to(listed({**user, "addresses": several})) == person("pilot-a", "ana")


@pytest.mark.parametrize(
    "document",
    [
        {
            "totalResults": 2,
            "Resources": [{"externalId": "ana"}, {"externalId": "ana"}],
        },
        {"totalResults": 1, "Resources": []},
        {"totalResults": 0, "Resources": [{"externalId": "ana"}]},
        {"totalResults": [], "Resources": []},
        {"Resources": []},
        {"detail": "oops"},
        [],
        None,
    ],
)
def test_what_is_no_list_of_at_most_one_user_is_unavailable(
    document: JSONValue,
) -> None:
    """Two users of one id are a fault there, and a guess here."""
    answer = answer_to(document)
    assert answer == Unavailable("the provider sent no list of at most one user")


@pytest.mark.parametrize(
    "change",
    [
        {"active": "false"},
        {"active": None},
        {"roles": "Analyst"},
        {"roles": ["Analyst"]},
        {"roles": [{"value": 1}]},
        {"userType": True},
        {"addresses": {"country": "DE"}},
        {ENTERPRISE: []},
    ],
)
def test_a_malformed_user_is_unavailable(change: JSONObject) -> None:
    """A member of another type than RFC 7643 says could mean anything."""
    answer = answer_to(listed({"externalId": "ana", **change}))
    assert answer == Unavailable("the provider sent a malformed user")


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "500 Oops"])
def test_other_statuses_are_unavailable(status: str) -> None:
    """Also 404: of a search it means that the tenant's address is wrong."""
    answer = answer_to({"status": "404"}, status)
    assert answer == Unavailable(f"the provider answered {status[:3]}")


def test_an_address_without_the_tenant_is_refused() -> None:
    """All tenants would share one population."""
    with pytest.raises(UsageError, match=r"does not hold `\{tenant\}`"):
        directory_at("https://id.companyos.example/scim/v2")


def test_an_unknown_match_is_refused() -> None:
    """The message names what there is."""
    with pytest.raises(UsageError, match="`match` is `email`") as caught:
        directory_at("https://id.companyos.example/{tenant}", match="email")
    assert caught.value.hint == "it is one of: externalId, userName"
