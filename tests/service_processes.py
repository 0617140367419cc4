"""Services as real processes for tests: started on free ports, ended by their pid."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from access_tokens import jwks, token_for
from companyos.digests import JSONObject, JSONValue

PATIENCE_SECONDS = 10.0
QUICKLY = ("companyos_services.run", "--poll-seconds=0.05")
BY_COMMAND = ("companyos_cli", "serve")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> JSONObject:
        """Return the body as an object."""
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found


class ServiceProcess:
    """One running service."""

    def __init__(
        self,
        service: str,
        directory: Path,
        *options: str,
        cwd: Path | None = None,
        program: Sequence[str] = QUICKLY,
    ) -> None:
        """Start it on the bundle directory `directory/bundle`."""
        keys = directory / "jwks.json"
        keys.write_bytes(jwks())
        self._log = directory / f"{service}.log"
        command = [
            sys.executable,
            "-m",
            *program,
            service,
            f"--bundle={directory / 'bundle'}",
            f"--jwks={keys}",
            f"--data={directory / service}.sqlite",
            *options,
        ]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, cwd=cwd, text=True
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self._log.read_text()
        self.listening: JSONObject = json.loads(line)

    def ask(
        self,
        method: str,
        path: str,
        body: JSONValue = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Return the answer to one request without a token."""
        sent = dict(headers or {})
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return request(str(self.listening["url"]), method, path, data, sent)

    def ask_as(self, who: str, method: str, path: str, body: JSONValue = None) -> Reply:
        """Return the answer to one request of `subject@tenant`."""
        subject_id, _, tenant_id = who.partition("@")
        token = token_for(subject_id, tenant_id, now=time.time())
        headers = {"Authorization": f"Bearer {token}", "X-Tenant-ID": tenant_id}
        return self.ask(method, path, body, headers=headers)

    def admin(self, path: str) -> Reply:
        """Return the answer of the admin port."""
        return request(str(self.listening["admin_url"]), "GET", path, None, {})

    def state(self, query: str = "") -> JSONObject:
        """Return the state document."""
        return self.admin(f"/.well-known/companyos/state{query}").json()

    def until(self, condition: Callable[[JSONObject], bool]) -> JSONObject:
        """Return the first state that meets the condition."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            state = self.state()
            if condition(state):
                return state
            time.sleep(0.02)
        raise AssertionError(f"never came to be: {self.state()}")

    def log_lines(self, event: str) -> list[JSONObject]:
        """Return what the process has logged about `event`; every line is JSON."""
        complete, _, _ = self._log.read_text().rpartition("\n")
        lines = [json.loads(text) for text in complete.splitlines()]
        return [line for line in lines if line["event"] == event]

    def stop(self) -> int:
        """Ask the process to end, and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_SECONDS)
        finally:
            self.process.kill()
            self.process.communicate()


def request(
    url: str, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
) -> Reply:
    """Return the answer to one HTTP request."""
    address = urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(
        address.hostname, address.port, timeout=PATIENCE_SECONDS
    )
    try:
        connection.request(method, path, data, dict(headers))
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()
