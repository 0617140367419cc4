"""Directories for tests of identity: settings, files, and servers that misbehave."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from companyos.digests import JSONObject
from companyos.identity import Lookup, Subject
from companyos.identity.backend import Setup, Surroundings
from companyos.identity.backends.registry import open_backend
from companyos.identity.backends.sqlite import SCHEMA
from companyos.identity.settings import CacheWindows
from companyos.testing.directory_contract import person

WINDOWS = CacheWindows(
    ttl_seconds=30, negative_seconds=5, max_stale_seconds=300, timeout_ms=250
)
ANA = person(
    "pilot-a",
    "ana",
    "Analyst",
    department="finance",
    country="DE",
    employment_type="employee",
)
TIMEOUT = 1.0


def around(
    folder: Path = Path(), environment: Mapping[str, str] | None = None
) -> Surroundings:
    """Return surroundings with this environment and the real clock."""
    known = environment or {}
    return Surroundings(folder, known.get, time.monotonic)


def opened(
    name: str,
    options: JSONObject,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path(),
    timeout_seconds: float = TIMEOUT,
) -> Opened:
    """Return the directory of a backend, bare, as its configuration opens it."""
    setup = Setup(options, timeout_seconds, around(folder, environment))
    directory = open_backend(name, setup)
    return Opened(directory.get_subject)


@dataclass(frozen=True, slots=True)
class Opened:
    """A directory, and how long it takes to answer."""

    ask: Callable[[str, str], Lookup]

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the answer."""
        return self.ask(tenant_id, subject_id)

    def timed(self, tenant_id: str, subject_id: str) -> tuple[Lookup, float]:
        """Return the answer and the seconds it took."""
        start = time.monotonic()
        answer = self.ask(tenant_id, subject_id)
        return answer, time.monotonic() - start


def write_sqlite(path: Path, subjects: Iterable[Subject]) -> Path:
    """Write the subjects into a new file, and return it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA)
        for each in subjects:
            key = (each.tenant_id, each.subject_id)
            attributes = json.dumps(dict(each.attributes))
            connection.execute(
                "INSERT INTO subjects (tenant_id, subject_id, attributes)"
                " VALUES (?, ?, ?)",
                (*key, attributes),
            )
            connection.executemany(
                "INSERT INTO subject_roles VALUES (?, ?, ?)",
                [(*key, role) for role in each.roles],
            )
    return path


def free_port() -> int:
    """Return a port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def raw_server(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Run `serve` on every connection once its request came; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.recv(65536)
                serve(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    threading.Thread(
                        target=one, args=(connection,), daemon=True
                    ).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        # Wakes the thread that waits in `accept`, which closing alone does not.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def http_answer(
    status: str, body: bytes, kind: str = "application/json"
) -> Callable[[socket.socket], None]:
    """Return what sends one whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
    return lambda connection: connection.sendall(head.encode() + b"\r\n\r\n" + body)


@dataclass
class Scripted:
    """A directory that gives the next answer of a list each time it is asked."""

    answers: list[Lookup | Exception]
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the next answer; the last one stays."""
        del tenant_id, subject_id
        with self.lock:
            self.asked += 1
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now
