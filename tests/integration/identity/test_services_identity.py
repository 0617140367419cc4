"""Services that look subjects up in a directory of their own, over loopback."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from bundles import (
    flags_document,
    policies_document,
    put_in_force,
    tenants_document,
    write_version,
)
from companyos.digests import JSONObject
from companyos.testing import SubjectServer
from companyos.testing.directory_contract import person
from service_processes import ServiceProcess

TTL_SECONDS = 1
ANA = person(
    "pilot-a",
    "ana",
    "Analyst",
    department="finance",
    country="DE",
    employment_type="employee",
)
DATASETS = ("GET", "/v1/datasets")
EXPORT = ("POST", "/v1/exports", {"datasets": ["invoices"]})


def tenants(url: str, *, timeout_ms: int = 1000) -> JSONObject:
    """Return the tenants of the tests, with subjects behind an address."""
    document = dict(tenants_document())
    before = document["identity"]
    assert isinstance(before, dict)
    document["identity"] = {
        "backend": "http",
        "http": {"url": url},
        "tokens": before["tokens"],
        "cache": {
            "ttl_seconds": TTL_SECONDS,
            "negative_seconds": 0,
            "max_stale_seconds": 300,
            "timeout_ms": timeout_ms,
        },
    }
    return document


def risky_exports() -> JSONObject:
    """Return the policies of the tests, where an export demands a fresh subject."""
    document: JSONObject = json.loads(json.dumps(policies_document()))
    catalog = document["catalog"]
    assert isinstance(catalog, dict)
    catalog["actions"]["dataset:export"]["require_fresh"] = True
    return document


def start(directory: Path, document: JSONObject) -> ServiceProcess:
    """Run the exports service on these tenants."""
    bundle = directory / "bundle"
    version = write_version(bundle, tenants=document, policies=risky_exports())
    put_in_force(bundle, version)
    return ServiceProcess("exports", directory, "--seed-demo-data")


@pytest.fixture
def server() -> Iterator[SubjectServer]:
    """Run a directory that knows ana."""
    with SubjectServer([ANA]) as running:
        yield running


def freshness(service: ServiceProcess, *, requests: int) -> list[object]:
    """Return how fresh the subject was in each of so many requests, in order."""

    def told() -> dict[object, object]:
        return {
            line["request_id"]: line["identity_freshness"]
            for line in service.log_lines("decision")
        }

    # Lines are written by a thread of their own.
    service.until(lambda _: len(told()) >= requests)
    return list(told().values())


def test_every_line_says_how_fresh_the_subject_was(tmp_path: Path) -> None:
    """Fresh, then cached, then stale while the directory is away; and it still reads.

    A risky action gets no stale answer: it is refused until the directory is back.
    """
    with ExitStack() as running:
        server = running.enter_context(SubjectServer([ANA]))
        service = start(tmp_path, tenants(server.url))
        try:
            statuses = [
                service.ask_as("ana@pilot-a", *DATASETS).status for _ in range(2)
            ]
            time.sleep(TTL_SECONDS)
            running.close()
            statuses.append(service.ask_as("ana@pilot-a", *DATASETS).status)
            risky = service.ask_as("ana@pilot-a", *EXPORT)
            seen = freshness(service, requests=4)
        finally:
            service.stop()
    assert statuses == [200, 200, 200]
    assert seen == ["fresh", "cached", "stale", "unavailable"]
    assert (risky.status, risky.json()["code"]) == (503, "subject_unavailable")


def test_a_risky_action_sees_a_change_at_once(
    tmp_path: Path, server: SubjectServer
) -> None:
    """Reading goes on for the time to live; an export ends with the role."""
    long_lived = dict(tenants(server.url))
    identity = long_lived["identity"]
    assert isinstance(identity, dict)
    long_lived["identity"] = {
        **identity,
        "cache": {**identity["cache"], "ttl_seconds": 600},
    }
    service = start(tmp_path, long_lived)
    try:
        assert service.ask_as("ana@pilot-a", *EXPORT).status == 201
        del server.subjects["pilot-a", "ana"]
        assert service.ask_as("ana@pilot-a", *DATASETS).status == 200
        risky = service.ask_as("ana@pilot-a", *EXPORT)
        afterwards = service.ask_as("ana@pilot-a", *DATASETS)
    finally:
        service.stop()
    assert (risky.status, risky.json()["code"]) == (403, "subject_not_found")
    assert afterwards.status == 403


def test_a_new_configuration_keeps_what_is_remembered(
    tmp_path: Path, server: SubjectServer
) -> None:
    """A change of flags does not send everybody to the directory again."""
    document = tenants(server.url)
    service = start(tmp_path, document)
    try:
        service.ask_as("ana@pilot-a", *DATASETS)
        before = service.state()["root"]
        flags = flags_document(bulk_in_pilot_b=True)
        bundle = tmp_path / "bundle"
        version = write_version(
            bundle, tenants=document, policies=risky_exports(), flags=flags
        )
        put_in_force(bundle, version)
        service.until(lambda state: state["root"] != before)
        service.ask_as("ana@pilot-a", *DATASETS)
        seen = freshness(service, requests=2)
    finally:
        service.stop()
    assert seen == ["fresh", "cached"]


def test_a_directory_that_hangs_holds_up_only_who_is_looked_up(tmp_path: Path) -> None:
    """Strangers wait for their timeout, and the service answers others meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        service = start(tmp_path, tenants(url, timeout_ms=1500))
        try:
            with ThreadPoolExecutor(max_workers=20) as pool:
                waiting = [
                    pool.submit(service.ask_as, f"u{number}@pilot-a", *DATASETS)
                    for number in range(20)
                ]
                asked, _ = silent.accept()
                begun = time.monotonic()
                other = service.ask("GET", "/v1/datasets")
                took = time.monotonic() - begun
                statuses = {each.result().status for each in waiting}
                asked.close()
        finally:
            service.stop()
    assert (other.status, statuses) == (401, {503})
    assert took < 5
