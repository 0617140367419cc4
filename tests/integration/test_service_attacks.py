"""Attacks on decisions over HTTP, on both services.

The table of all attacks stands in `tests/unit/companyos/authz/test_attacks.py`; the
numbers are those of that table.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from access_tokens import token_for
from bundles import flags_document, put_in_force, write_version
from companyos.digests import JSONValue
from service_processes import Reply, ServiceProcess

READS = {"exports": "/v1/datasets", "settings": "/v1/settings"}


@pytest.fixture(scope="module", params=sorted(READS))
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    """Run each of the two services, with what was decided from in its log."""
    name = str(request.param)
    directory = tmp_path_factory.mktemp(name)
    put_in_force(directory / "bundle", write_version(directory / "bundle"))
    options = ["--seed-demo-data"] if name == "exports" else []
    running = ServiceProcess(
        name, directory, "--log-inputs", "--mask-attributes=department", *options
    )
    yield running
    assert running.stop() == 0


def path_of(service: ServiceProcess) -> str:
    """Return what everybody of a tenant may read."""
    return READS[str(service.state()["service"])]


def code_of(reply: Reply) -> str:
    """Return the code of a refusal."""
    return str(reply.json()["code"])


def test_attack_01_a_header_only_confirms(service: ServiceProcess) -> None:
    """A header that names another tenant than the token is refused."""
    token = token_for("ana", "pilot-a", now=time.time())
    headers = {"Authorization": f"Bearer {token}", "X-Tenant-ID": "pilot-b"}
    reply = service.ask("GET", path_of(service), headers=headers)
    assert (reply.status, code_of(reply)) == (403, "tenant_forbidden")
    headers["X-Tenant-ID"] = "pilot-a"
    assert service.ask("GET", path_of(service), headers=headers).status == 200


@pytest.mark.parametrize(
    "values",
    [("pilot-a", "pilot-a"), ("pilot-a", "pilot-b"), ("pilot-a, pilot-b",)],
    ids=["twice", "two", "joined"],
)
def test_attack_02_one_header_one_tenant(
    service: ServiceProcess, values: tuple[str, ...]
) -> None:
    """Neither the first nor the last of several tenants wins."""
    address = urlsplit(str(service.listening["url"]))
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.putrequest("GET", path_of(service))
    token = token_for("ana", "pilot-a", "pilot-b", now=time.time())
    connection.putheader("Authorization", f"Bearer {token}")
    for value in values:
        connection.putheader("X-Tenant-ID", value)
    connection.endheaders()
    try:
        assert connection.getresponse().status == 400
    finally:
        connection.close()


def test_attack_03_a_subject_of_another_tenant_is_nobody(
    service: ServiceProcess,
) -> None:
    """A good token for a tenant that does not have the subject gives nothing."""
    reply = service.ask_as("bob@pilot-a", "GET", path_of(service))
    assert (reply.status, code_of(reply)) == (403, "subject_not_found")


@pytest.mark.parametrize("name", sorted(READS))
def test_attack_27_a_bundle_that_does_not_verify_is_not_loaded(
    name: str, tmp_path: Path
) -> None:
    """Policies with one byte more leave the last good configuration in force."""
    bundle = tmp_path / "bundle"
    put_in_force(bundle, write_version(bundle))
    service = ServiceProcess(name, tmp_path)
    try:
        good = service.until(lambda state: state["root"] is not None)
        broken = write_version(bundle, flags=flags_document(exports="killed"), entry=9)
        policies = broken / "policies.json"
        policies.write_bytes(policies.read_bytes() + b" ")
        put_in_force(bundle, broken)
        after = service.until(
            lambda state: state["last_attempt"] != good["last_attempt"]
        )
        assert "failed" in json.dumps(after["last_attempt"])
        assert (after["root"], after["log_entry"]) == (good["root"], good["log_entry"])
        assert service.ask_as("ana@pilot-a", "GET", READS[name]).status == 200
    finally:
        service.stop()


def test_attack_28_the_log_shows_no_masked_attribute(service: ServiceProcess) -> None:
    """What was decided from is logged, without what the operator masks."""
    assert service.ask_as("ana@pilot-a", "GET", path_of(service)).status == 200
    deadline = time.monotonic() + 5
    while not service.log_lines("decision") and time.monotonic() < deadline:
        time.sleep(0.02)
    lines = [
        line
        for line in service.log_lines("decision")
        if line["subject_id"] == "ana" and line["effect"] == "allow"
    ]
    inputs = lines[0]["inputs"]
    assert isinstance(inputs, dict)
    assert inputs["subject"] == {
        "tenant_id": "pilot-a",
        "roles": ["Analyst"],
        "attributes": {
            "country": "DE",
            "department": "[masked]",
            "employment_type": "employee",
        },
    }
    assert "finance" not in json.dumps(lines)


def test_attack_29_a_request_brings_no_roles(service: ServiceProcess) -> None:
    """Headers and query parameters that claim roles or tenants change nothing."""
    token = token_for("vic", "pilot-a", now=time.time())
    headers = {
        "Authorization": f"Bearer {token}",
        "X-Roles": "CompanyAdmin",
        "X-Subject-Roles": "CompanyAdmin",
    }
    changing: dict[str, tuple[str, str, JSONValue]] = {
        "exports": ("POST", "/v1/exports", {"datasets": ["invoices"]}),
        "settings": ("PUT", "/v1/settings/theme", {"value": "dark"}),
    }
    method, path, body = changing[str(service.state()["service"])]
    query = "?role=CompanyAdmin&tenant=pilot-b"
    reply = service.ask(method, path + query, body, headers=headers)
    assert reply.status in {400, 403}
    reply = service.ask(method, path, body, headers=headers)
    assert (reply.status, code_of(reply)) == (403, "no_matching_rule")


def test_attack_31_a_refusal_names_no_rule(service: ServiceProcess) -> None:
    """Neither rule, file, role nor attribute of the policies is in an answer."""
    body = {"datasets": ["invoices"]}
    reply = service.ask_as("vic@pilot-a", "POST", "/v1/exports", body)
    if service.state()["service"] == "settings":
        reply = service.ask_as(
            "vic@pilot-a", "PUT", "/v1/settings/theme", {"value": "dark"}
        )
    assert (reply.status, code_of(reply)) == (403, "no_matching_rule")
    for word in (b"config/", b"export-stays", b"CompanyAdmin", b"Analyst", b"region"):
        assert word not in reply.body


def test_role_and_attribute_allowed_and_forbidden(service: ServiceProcess) -> None:
    """The same request by another role, or with another attribute, is denied."""
    if service.state()["service"] == "settings":
        write = ("PUT", "/v1/settings/theme", {"value": "dark"})
        assert service.ask_as("adam@pilot-a", *write).status < 300
        assert service.ask_as("ana@pilot-a", *write).status == 403
        return
    export = ("POST", "/v1/exports", {"datasets": ["invoices"]})
    assert service.ask_as("ana@pilot-a", *export).status == 201
    assert service.ask_as("una@pilot-a", *export).status == 403  # of another region
    assert service.ask_as("carl@pilot-a", *export).status == 403  # a contractor
    assert service.ask_as("vic@pilot-a", *export).status == 403  # of another role
