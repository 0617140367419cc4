"""The services as real processes over loopback: who gets what, and what is reported."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from access_tokens import EcSigner, claims, jwks, token_for
from bundles import (
    flags_document,
    policies_document,
    put_in_force,
    root_of,
    tenants_document,
    write_version,
)
from companyos.digests import canonical_json, digest_of
from companyos.snapshot import Snapshot
from service_processes import BY_COMMAND, Reply, ServiceProcess


def with_bundle(directory: Path) -> Path:
    """Give the directory a bundle directory with one version in force."""
    bundle = directory / "bundle"
    put_in_force(bundle, write_version(bundle))
    return bundle


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """Run the exports service for the tests of this module."""
    directory = tmp_path_factory.mktemp("exports")
    with_bundle(directory)
    artifact = directory / "companyos.whl"
    artifact.write_bytes(b"the installed file")
    service = ServiceProcess(
        "exports", directory, "--seed-demo-data", f"--artifact={artifact}"
    )
    yield service
    assert service.stop() == 0


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """Run the settings service for the tests of this module."""
    directory = tmp_path_factory.mktemp("settings")
    with_bundle(directory)
    service = ServiceProcess("settings", directory)
    yield service
    assert service.stop() == 0


def refused(reply: Reply, status: int, code: str) -> None:
    """Check that the reply is a problem of this code, and that it names no rule."""
    assert (reply.status, reply.json()["code"]) == (status, code)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert b"config/" not in reply.body
    assert b"export-stays" not in reply.body


def export(service: ServiceProcess, who: str, *datasets: str) -> Reply:
    """Return the answer to a request for an export."""
    return service.ask_as(who, "POST", "/v1/exports", {"datasets": list(datasets)})


def test_a_role_that_may_read_settings_reads_them(settings: ServiceProcess) -> None:
    """A viewer reads, as a base rule of the tenant's policy bundle says."""
    reply = settings.ask_as("vic@pilot-a", "GET", "/v1/settings")
    assert reply.status == 200


def test_only_an_administrator_changes_settings(settings: ServiceProcess) -> None:
    """An analyst is refused; an administrator's change is kept, with its version."""
    path, body = "/v1/settings/language", {"value": {"code": "de"}}
    refused(settings.ask_as("ana@pilot-a", "PUT", path, body), 403, "no_matching_rule")
    first = settings.ask_as("adam@pilot-a", "PUT", path, body)
    second = settings.ask_as("adam@pilot-a", "PUT", path, {"value": "fr"})
    assert (first.status, first.json()["version"]) == (200, 1)
    assert (second.json()["version"], second.json()["updated_by"]) == (2, "adam")
    shown = settings.ask_as("vic@pilot-a", "GET", "/v1/settings").json()["settings"]
    assert isinstance(shown, list)
    assert [each["value"] for each in shown if each["name"] == "language"] == ["fr"]


def test_tenants_do_not_see_each_other_s_settings(settings: ServiceProcess) -> None:
    """The same name in two tenants is two settings."""
    settings.ask_as("adam@pilot-a", "PUT", "/v1/settings/theme", {"value": "dark"})
    reply = settings.ask_as("bea@pilot-b", "GET", "/v1/settings")
    assert reply.json() == {"settings": []}


def test_bulk_updates_are_for_tenants_that_have_the_feature(
    settings: ServiceProcess,
) -> None:
    """With the flag all settings change together; without it none does."""
    body = {"settings": {"one": 1, "two": 2}}
    changed = settings.ask_as("adam@pilot-a", "PATCH", "/v1/settings", body)
    assert changed.status == 200
    refused(
        settings.ask_as("bea@pilot-b", "PATCH", "/v1/settings", body),
        403,
        "feature_off",
    )
    assert settings.ask_as("bea@pilot-b", "GET", "/v1/settings").json() == {
        "settings": []
    }
    half = {"settings": {"three": 3, "Four": 4}}
    assert settings.ask_as("adam@pilot-a", "PATCH", "/v1/settings", half).status == 400
    assert b"three" not in settings.ask_as("adam@pilot-a", "GET", "/v1/settings").body


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b'{"value": 1}', "text/plain", 415, "content_type_unexpected"),
        (b"{", "application/json", 400, "body_malformed"),
        (b'["value"]', "application/json", 400, "body_malformed"),
        (b"\xff", "application/json", 400, "body_malformed"),
        (b'{"value": 1, "value": 2}', "application/json", 400, "body_malformed"),
        (b'{"value": 1, "x": 2}', "application/json", 400, "body_malformed"),
        (b'{"value": NaN}', "application/json", 400, "body_malformed"),
        (b'{"value": 1.5}', "application/json", 400, "setting_value_malformed"),
        (b'{"value": 1' + b"0" * 30 + b"}", "application/json", 400,
         "setting_value_malformed"),
        (b'{"value": "' + b"x" * 5000 + b'"}', "application/json", 400,
         "setting_value_too_large"),
        (b"x" * 70_000, "application/json", 413, "body_too_large"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_meant_is_refused(
    settings: ServiceProcess, body: bytes, content_type: str, status: int, code: str
) -> None:
    """No body leads to a fault of the service, and none is half understood."""
    address = urlsplit(str(settings.listening["url"]))
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    token = token_for("adam", "pilot-a", now=time.time())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    connection.request("PUT", "/v1/settings/x", body, headers)
    response = connection.getresponse()
    document = json.loads(response.read())
    connection.close()
    assert (response.status, document["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("DELETE", "/v1/settings", 405, {"GET", "HEAD", "PATCH"}),
        ("POST", "/v1/settings/x", 405, {"PUT"}),
        ("GET", "/v1/nothing", 404, None),
        ("GET", "/v1/settings/", 404, None),
        ("GET", "/v1/settings/..%2f..%2fetc%2fpasswd", 404, None),
    ],
)
def test_a_path_or_method_that_is_not_there_is_a_problem(
    settings: ServiceProcess,
    method: str,
    path: str,
    status: int,
    allow: set[str] | None,
) -> None:
    """The answer to a wrong method names every right one."""
    reply = settings.ask_as("adam@pilot-a", method, path)
    assert reply.status == status
    assert reply.headers["Content-Type"] == "application/problem+json"
    found = reply.headers["Allow"]
    assert (None if found is None else set(found.split(", "))) == allow


def test_head_is_get_without_the_body(settings: ServiceProcess) -> None:
    """Status and headers are those of GET, also for a refusal."""
    for who, status in (("vic@pilot-a", 200), ("nobody@pilot-a", 403)):
        reply = settings.ask_as(who, "HEAD", "/v1/settings")
        assert (reply.status, reply.body) == (status, b"")
        assert int(reply.headers["Content-Length"]) > 0


def test_a_body_without_a_length_is_counted_as_it_comes(
    settings: ServiceProcess,
) -> None:
    """Chunks that outgrow the limit are cut, whatever they claim to become."""
    token = token_for("adam", "pilot-a", now=time.time())
    answer = raw_request(
        settings,
        "PUT /v1/settings/x HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n" + f"{70_000:x}\r\n" + "x" * 70_000,
    )
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_an_export_stays_in_the_region_of_the_data(exports: ServiceProcess) -> None:
    """The same dataset is exported for Germany and refused for the United States."""
    made = export(exports, "ana@pilot-a", "invoices")
    assert (made.status, made.json()["row_count"]) == (201, 5)
    refused(export(exports, "una@pilot-a", "invoices"), 403, "no_matching_rule")
    refused(export(exports, "ana@pilot-a", "abroad"), 403, "no_matching_rule")
    refused(export(exports, "vic@pilot-a", "invoices"), 403, "no_matching_rule")


def test_a_deny_rule_tells_the_caller_its_reason(exports: ServiceProcess) -> None:
    """The sentence that the rule's author wrote for people, and nothing else."""
    reply = export(exports, "carl@pilot-a", "invoices")
    refused(reply, 403, "deny_rule")
    assert reply.json()["detail"] == "contractors do not take data out"


def test_several_datasets_at_once_need_the_feature(exports: ServiceProcess) -> None:
    """The flag is on for one tenant and off for the other."""
    both = ("invoices", "visits")
    made = export(exports, "ana@pilot-a", *both)
    assert (made.status, made.json()["row_count"]) == (201, 10)
    refused(export(exports, "bob@pilot-b", *both), 403, "feature_off")
    assert export(exports, "bob@pilot-b", "invoices").status == 201
    # The same dataset twice is one dataset, and no way around the flag.
    assert export(exports, "bob@pilot-b", "invoices", "invoices").status == 201


def test_an_export_belongs_to_its_tenant(exports: ServiceProcess) -> None:
    """Its rows have the digest it names; another tenant finds nothing under its id."""
    made = export(exports, "ana@pilot-a", "invoices").json()
    path = f"/v1/exports/{made['id']}"
    content = exports.ask_as("ana@pilot-a", "GET", f"{path}/content")
    assert exports.ask_as("ana@pilot-a", "GET", path).json() == made
    assert digest_of(content.body) == made["digest"]
    rows = [json.loads(line) for line in content.body.splitlines()]
    assert {row["tenant"] for row in rows} == {"pilot-a"}
    for suffix in ("", "/content"):
        other = exports.ask_as("bob@pilot-b", "GET", path + suffix)
        refused(other, 404, "export_not_found")
        viewer = exports.ask_as("vic@pilot-a", "GET", path + suffix)
        refused(viewer, 403, "no_matching_rule")


def test_a_dataset_of_another_tenant_does_not_exist(exports: ServiceProcess) -> None:
    """A name that only others know is a name that nobody knows."""
    refused(export(exports, "ana@pilot-a", "no-such"), 404, "dataset_not_found")
    listed = exports.ask_as("bob@pilot-b", "GET", "/v1/datasets").json()["datasets"]
    assert isinstance(listed, list)
    assert {each["data_region"] for each in listed if each["id"] != "abroad"} == {"us"}


def test_a_subject_that_the_directory_does_not_know_is_denied(
    exports: ServiceProcess,
) -> None:
    """A good token is not enough: the subject must be one of the tenant's."""
    reply = exports.ask_as("bob@pilot-a", "GET", "/v1/datasets")
    refused(reply, 403, "subject_not_found")


def test_the_tenant_of_the_header_must_be_the_token_s(exports: ServiceProcess) -> None:
    """A tenant that is somebody else's and one that is nobody's look the same."""
    token = token_for("ana", "pilot-a", now=time.time())
    replies = [
        exports.ask(
            "GET",
            "/v1/datasets",
            headers={
                "Authorization": f"Bearer {token}",
                "X-Tenant-ID": tenant_id,
                "X-Request-ID": "same",
            },
        )
        for tenant_id in ("pilot-b", "no-such-tenant")
    ]
    refused(replies[0], 403, "tenant_forbidden")
    assert replies[0].body == replies[1].body


def raw_request(service: ServiceProcess, text: str) -> bytes:
    """Return the answer to bytes that no careful client would send."""
    address = urlsplit(str(service.listening["url"]))
    assert address.hostname is not None
    assert address.port is not None
    with socket.create_connection((address.hostname, address.port), timeout=5) as peer:
        peer.sendall(text.encode())
        return peer.recv(65536)


def test_two_tenant_headers_are_refused(exports: ServiceProcess) -> None:
    """Not even twice the same: who appended the second is not known."""
    token = token_for("ana", "pilot-a", now=time.time())
    answer = raw_request(
        exports,
        "GET /v1/datasets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\n"
        "X-Tenant-ID: pilot-a\r\nx-tenant-id: pilot-a\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"tenant_context_duplicate" in answer


def test_a_token_by_another_key_is_refused(exports: ServiceProcess) -> None:
    """A signature counts only if it is by a key of the configured set."""
    token = EcSigner().token(claims(time.time()))
    reply = exports.ask(
        "GET", "/v1/datasets", headers={"Authorization": f"Bearer {token}"}
    )
    refused(reply, 401, "token_refused")
    refused(exports.ask("GET", "/v1/datasets"), 401, "token_missing")


def test_too_many_headers_are_refused(exports: ServiceProcess) -> None:
    """The limit on headers is in front of everything else."""
    headers = {f"X-Filler-{number}": "x" for number in range(150)}
    assert exports.ask("GET", "/v1/datasets", headers=headers).status == 431


def test_every_decision_leaves_a_line(exports: ServiceProcess) -> None:
    """The line names tenant, subject, policy and configuration, and holds no token."""
    token = token_for("ana", "pilot-a", now=time.time())
    headers = {"Authorization": f"Bearer {token}", "X-Request-ID": "line-1"}
    body = {"datasets": ["invoices", "visits"]}
    assert exports.ask("POST", "/v1/exports", body, headers=headers).status == 201
    deadline = time.monotonic() + 5
    lines: list[object] = []
    while len(lines) < 2 and time.monotonic() < deadline:
        lines = [
            line
            for line in exports.log_lines("decision")
            if line["request_id"] == "line-1"
        ]
    state = exports.state()
    line = lines[0]
    assert isinstance(line, dict)
    assert line["service"] == "exports"
    assert (line["stage"], line["tenant_id"], line["subject_id"]) == (
        "pilot",
        "pilot-a",
        "ana",
    )
    assert (line["effect"], line["code"]) == ("allow", "allow_rule")
    assert line["rule"] == "export-stays-in-region"
    assert line["place"] == "config/policies/tests.yaml:8"
    assert line["policy_bundle"] == "pilot-standard"
    assert line["config_root"] == state["root"]
    components = state["components"]
    assert isinstance(components, dict)
    assert line["policy_digest"] == components["policies"]
    assert line["identity_freshness"] == "fresh"
    assert [(flag["flag"], flag["variant"]) for flag in line["flags"]] == [
        ("exports-open", "on"),
        ("bulk-export", "on"),
    ]
    assert [other["resource"]["id"] for other in lines if isinstance(other, dict)] == [
        "invoices",
        "visits",
    ]
    assert token not in json.dumps(lines)


def test_the_state_is_that_of_the_process(exports: ServiceProcess) -> None:
    """Root, components and tenants are what an independent reading of them gives."""
    expected = Snapshot.load(
        tenants=canonical_json(tenants_document()),
        policies=canonical_json(policies_document()),
        flags=canonical_json(flags_document()),
    )
    state = exports.state("?tenants=all")
    assert state["schema"] == "companyos.state/v1"
    assert (state["service"], state["stage"], state["log_entry"]) == (
        "exports",
        "pilot",
        6,
    )
    assert (state["root"], state["components"]) == (
        expected.root,
        dict(expected.components),
    )
    assert state["artifact"] == digest_of(b"the installed file")
    tenants = state["tenants"]
    assert isinstance(tenants, dict)
    assert tenants == {
        name: dict(expected.tenant_digests(name)) for name in expected.tenants
    }
    assert str(state["instance"]).endswith(f":{exports.process.pid}")
    assert "tenants" not in exports.state()
    one = exports.state("?tenant=pilot-a&tenant=no-such")["tenants"]
    assert isinstance(one, dict)
    assert list(one) == ["pilot-a"]


def test_the_admin_port_tells_health_and_nothing_else(exports: ServiceProcess) -> None:
    """Probes need no token there, and the service's own port has no such pages."""
    assert exports.admin("/livez").status == 200
    assert exports.admin("/readyz").status == 200
    assert exports.admin("/v1/datasets").status == 404
    assert exports.ask("GET", "/readyz").status == 401


def test_configuration_comes_goes_and_breaks_without_a_restart(  # noqa: PLR0915
    tmp_path: Path,
) -> None:
    """One process, from no configuration over a good, a broken and a newer one."""
    service = ServiceProcess("exports", tmp_path, "--seed-demo-data")
    try:
        # Nothing was ever loaded: nothing is answered, and everybody can see it.
        refused(export(service, "bob@pilot-b", "x"), 503, "configuration_not_loaded")
        assert service.admin("/readyz").status == 503
        state = service.state()
        assert (state["root"], state["log_entry"]) == (None, None)
        attempt = state["last_attempt"]
        assert isinstance(attempt, dict)
        assert attempt["outcome"] == "failed"

        bundle = with_bundle(tmp_path)
        first = service.until(lambda state: state["root"] is not None)
        assert service.admin("/readyz").status == 200
        both = ("invoices", "visits")
        refused(export(service, "bob@pilot-b", *both), 403, "feature_off")

        # A version whose bytes are not those of its manifest is not loaded.
        newer = flags_document(bulk_in_pilot_b=True)
        version = write_version(bundle, flags=newer, entry=7)
        good = (version / "flags.json").read_bytes()
        (version / "flags.json").write_bytes(good.replace(b"true", b"null"))
        put_in_force(bundle, version)
        broken = service.until(
            lambda state: state["last_attempt"] != first["last_attempt"]
        )
        attempt = broken["last_attempt"]
        assert isinstance(attempt, dict)
        assert attempt["outcome"] == "failed"
        assert "flags.json" in str(attempt["reason"])
        assert (broken["root"], broken["log_entry"]) == (first["root"], 6)
        assert service.admin("/readyz").status == 200
        refused(export(service, "bob@pilot-b", *both), 403, "feature_off")

        # Once it is whole, it is used; the very next request sees the flag on.
        (version / "flags.json").write_bytes(good)
        service.until(lambda state: state["root"] == root_of(version))
        assert export(service, "bob@pilot-b", *both).status == 201

        # A flag that is killed stops what it guards, for everybody and at once.
        killed = write_version(bundle, flags=flags_document(exports="killed"))
        put_in_force(bundle, killed)
        service.until(lambda state: state["root"] == root_of(killed))
        refused(export(service, "bob@pilot-b", "invoices"), 403, "feature_off")
        put_in_force(bundle, version)
        service.until(lambda state: state["root"] == root_of(version))

        # Losing the directory loses nothing that is loaded.
        shutil.rmtree(bundle)
        service.until(lambda state: "failed" in json.dumps(state["last_attempt"]))
        assert service.state()["root"] == root_of(version)
        assert export(service, "bob@pilot-b", *both).status == 201
        assert len(service.log_lines("config_loaded")) == 4
    finally:
        status = service.stop()
    assert status == 0


def test_token_keys_can_be_changed_while_running(tmp_path: Path) -> None:
    """A new key set is used at once; one that is no key set leaves the old one."""
    with_bundle(tmp_path)
    service = ServiceProcess("settings", tmp_path, "--poll-seconds=600")
    try:
        added = EcSigner("second")
        token = added.token(
            claims(time.time(), sub="vic"),
            {"alg": "ES256", "typ": "JWT", "kid": "second"},
        )
        headers = {"Authorization": f"Bearer {token}"}
        assert service.ask("GET", "/v1/settings", headers=headers).status == 401
        (tmp_path / "jwks.json").write_bytes(jwks(added.jwk()))
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda _: len(service.log_lines("config_loaded")) == 2)
        assert service.ask("GET", "/v1/settings", headers=headers).status == 200
        (tmp_path / "jwks.json").write_bytes(b"{}")
        service.process.send_signal(signal.SIGHUP)
        service.until(lambda state: "failed" in json.dumps(state["last_attempt"]))
        assert service.ask("GET", "/v1/settings", headers=headers).status == 200
    finally:
        status = service.stop()
    assert status == 0


def test_what_is_being_answered_is_finished_before_the_end(tmp_path: Path) -> None:
    """A request whose body is still on its way when SIGTERM comes gets its answer."""
    with_bundle(tmp_path)
    service = ServiceProcess("settings", tmp_path)
    token = token_for("adam", "pilot-a", now=time.time())
    address = urlsplit(str(service.listening["url"]))
    connection = http.client.HTTPConnection(str(address.hostname), address.port)
    body = b'{"value": "kept"}'
    connection.putrequest("PUT", "/v1/settings/x")
    connection.putheader("Authorization", f"Bearer {token}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    # The service asks for the body, so it is in the middle of this request.
    assert connection.sock.recv(100).startswith(b"HTTP/1.1 100 ")
    connection.send(body[:5])
    ended: list[int] = []
    stopping = threading.Thread(target=lambda: ended.append(service.stop()))
    stopping.start()
    wait_until_closed(str(address.hostname), address.port)
    connection.send(body[5:])
    assert connection.getresponse().status == 200
    connection.close()
    stopping.join()
    assert ended == [0]


def wait_until_closed(host: str, port: int | None) -> None:
    """Wait until a service that is ending takes no more connections."""
    deadline = time.monotonic() + 10
    with suppress(ConnectionRefusedError):
        while time.monotonic() < deadline:
            socket.create_connection((host, port or 0), timeout=1).close()
            time.sleep(0.01)
        raise AssertionError("it still takes connections")


def test_a_second_process_on_the_same_port_does_not_start(
    settings: ServiceProcess, tmp_path: Path
) -> None:
    """Two that share a port would answer by chance, from two configurations."""
    port = urlsplit(str(settings.listening["url"])).port
    done = subprocess.run(
        [sys.executable, "-m", "companyos_services.run", "settings", "--bundle=b",
         "--jwks=j", "--data=d", f"--port={port}"],
        cwd=tmp_path, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("error: cannot listen on `127.0.0.1` port")


def test_the_command_runs_a_service_that_logs_what_it_decides_from(
    tmp_path: Path,
) -> None:
    """`companyos serve` passes on what to log and what never to."""
    with_bundle(tmp_path)
    options = ("--log-inputs", "--mask-attributes", "department")
    service = ServiceProcess("settings", tmp_path, *options, program=BY_COMMAND)
    try:
        assert service.ask_as("ana@pilot-a", "GET", "/v1/settings").status == 200
        service.until(lambda _: bool(service.log_lines("decision")))
        [line, *_] = service.log_lines("decision")
    finally:
        assert service.stop() == 0
    inputs = line["inputs"]
    assert isinstance(inputs, dict)
    assert inputs["subject"]["attributes"]["department"] == "[masked]"
    assert inputs["subject"]["attributes"]["country"] == "DE"
