"""The page "Use it in your service": its code runs, served and tested as it says."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

import bundles
from access_tokens import jwks, token_for
from companyos.authz import Decision
from companyos.config.compile import compile_state
from companyos.config.sources import read_folder
from companyos.digests import JSONObject, strict_json
from companyos.documents import object_at
from companyos.flags import Evaluation
from companyos.identity.backends.static import StaticDirectory
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/use-it-in-your-service.md").read_text("utf-8")
FENCE = re.compile(r"^```python(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATIENCE_SECONDS = 20.0
PARTS = compile_state(read_folder(ROOT)).components


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the page's files."""
    for name, text in FENCE.findall(PAGE):
        if name:
            (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_the_tests_of_the_page_pass(folder: Path) -> None:
    """With the example's configuration, as the page says to run them."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir=."],
        cwd=folder,
        env={**os.environ, "PLATFORM": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """Run the service by the page's own line, on a free port; give the port."""
    directory = folder / "run/dev"
    version = bundles.write_version(
        directory,
        tenants=document(Part.TENANTS),
        policies=document(Part.POLICIES),
        flags=document(Part.FLAGS),
    )
    bundles.put_in_force(directory, version)
    (folder / "run/jwks.json").write_bytes(jwks())
    shown = re.search(r"^export (.*)\ngranian (.*) --port 8000$", PAGE, re.MULTILINE)
    assert shown is not None
    settings = dict(each.split("=") for each in shown[1].split())
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        free = found.getsockname()[1]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", *shown[2].split(), f"--port={free}"],
            cwd=folder,
            env={**os.environ, **settings, "PYTHONPATH": str(folder)},
            stdout=log,
            stderr=log,
        )
    try:
        yield free
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def document(part: Part) -> JSONObject:
    """Return one part of the example's compiled configuration."""
    return object_at(strict_json(PARTS[part]), part)


def get(port: int, tenant: str) -> tuple[int, JSONObject]:
    """Ask as `ana` of `pilot-a`, as soon as the service listens."""
    headers = {
        "Authorization": f"Bearer {token_for('ana', 'pilot-a', now=time.time())}",
        "X-Tenant-ID": tenant,
    }
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/reports/invoices", headers=headers)
            reply: HTTPResponse = connection.getresponse()
            return reply.status, json.loads(reply.read())
        except ConnectionRefusedError:
            assert time.monotonic() < until, "the service does not listen"
            time.sleep(0.05)
        finally:
            connection.close()


def test_the_service_of_the_page_serves(port: int) -> None:
    """Started by the page's line on a bundle directory, it allows and refuses."""
    status, told = get(port, "pilot-a")
    assert (status, told["dataset"]) == (200, "invoices")
    status, told = get(port, "pilot-b")
    assert (status, told["code"]) == (403, "tenant_forbidden")


def test_the_example_without_http_runs() -> None:
    """With a snapshot and a directory, the last block decides and evaluates."""
    (block,) = (text for name, text in FENCE.findall(PAGE) if not name)
    snapshot = Snapshot.load(
        tenants=PARTS[Part.TENANTS],
        policies=PARTS[Part.POLICIES],
        flags=PARTS[Part.FLAGS],
    )
    names: dict[str, object] = {
        "snapshot": snapshot,
        "directory": StaticDirectory(snapshot.identity.subjects),
        "attributes": {"data_region": "eu", "classification": "internal"},
        "now": datetime(2027, 1, 31, tzinfo=UTC),
    }
    exec(block, names)  # noqa: S102 - a page of ours
    decision, answer = names["decision"], names["answer"]
    assert isinstance(decision, Decision)
    assert decision.allowed
    assert isinstance(answer, Evaluation)
    assert answer.error is None
