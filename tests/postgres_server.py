"""A PostgreSQL server for tests: a cluster of its own on a free port of loopback.

It is found in Debian's place or on the path, never runs as root, and is ended by its
pid. Nothing of it is left.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PATIENCE_SECONDS = 20.0
DEBIAN = Path("/usr/lib/postgresql")
ACCOUNT = "postgres"
"""Who runs the server where the tests run as root, which it refuses to be."""


def postgres_programs() -> Path | None:
    """Return the folder with `initdb` and `postgres`, None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(DEBIAN.glob("*/bin"), reverse=True)
    usable = [each for each in folders if (each / "postgres").exists()]
    return usable[0] if usable else None


class PostgresServer:
    """One cluster, which can be stopped and started again."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        """Make the cluster; nothing runs yet."""
        self._programs = programs
        self._data = folder / "data"
        self._port = port
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        account = _account()
        self._user: int | None = None if account is None else account[0]
        self._group: int | None = None if account is None else account[1]
        if account is not None:
            os.chown(folder, *account)
        options = ["--auth=trust", "--no-sync", "--username=postgres", "--locale=C"]
        self._run("initdb", "-D", str(self._data), "--encoding=UTF8", *options)

    @property
    def dsn(self) -> str:
        """Return how to connect."""
        return f"host=127.0.0.1 port={self._port} user=postgres dbname=postgres"

    @property
    def pid(self) -> int:
        """Return the process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Run the server, and wait until it takes connections."""
        command = [
            str(self._programs / "postgres"),
            f"-D{self._data}",
            f"-p{self._port}",
            "-clisten_addresses=127.0.0.1",
            "-cunix_socket_directories=",
            "-cfsync=off",
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, user=self._user, group=self._group
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                psycopg.connect(self.dsn, connect_timeout=2).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, self._log.read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End the server and every connection, now."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def execute(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            check=True,
            capture_output=True,
            user=self._user,
            group=self._group,
        )


@contextmanager
def running_postgres(programs: Path, port: int) -> Iterator[PostgresServer]:
    """Run a new server until the end of the block."""
    # Not below pytest's folder, which another account may not enter.
    folder = Path(tempfile.mkdtemp(prefix="companyos-postgres-"))
    try:
        server = PostgresServer(programs, folder, port)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> tuple[int, int] | None:
    """Return user and group to run as, None for those of this process."""
    if os.getuid() != 0:
        return None
    entry = pwd.getpwnam(ACCOUNT)
    return entry.pw_uid, entry.pw_gid
