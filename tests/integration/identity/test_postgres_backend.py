from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psycopg
import pytest

from companyos.identity import Directory, NotFound, Subject, Unavailable
from companyos.identity.backends.postgres import SCHEMA
from companyos.identity.cache import CachedDirectory
from companyos.testing import DirectoryContract
from companyos.testing.directory_contract import person
from identity_directories import ANA, TIMEOUT, WINDOWS, Opened, free_port, opened
from postgres_server import PostgresServer, postgres_programs, running_postgres

pytestmark = pytest.mark.slow

CLEAR = "DROP TABLE IF EXISTS subject_roles, subjects"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """Run one server for all tests of this module."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("needs PostgreSQL: install the package `postgresql`")
    with running_postgres(programs, free_port()) as running:
        yield running


def fill(server: PostgresServer, subjects: Sequence[Subject]) -> None:
    """Let the server hold exactly these."""
    server.execute(CLEAR, SCHEMA)
    with psycopg.connect(server.dsn) as connection:
        for each in subjects:
            key = (each.tenant_id, each.subject_id)
            connection.execute(
                "INSERT INTO subjects (tenant_id, subject_id, attributes)"
                " VALUES (%s, %s, %s)",
                (*key, json.dumps(dict(each.attributes))),
            )
            for role in each.roles:
                connection.execute(
                    "INSERT INTO subject_roles VALUES (%s, %s, %s)", (*key, role)
                )


def directory_on(dsn: str) -> Opened:
    """Return the directory over one database."""
    return opened("postgres", {"dsn_env": "DSN"}, environment={"DSN": dsn})


class TestPostgresDirectory(DirectoryContract):
    @pytest.fixture(autouse=True)
    def _server(self, server: PostgresServer) -> None:
        self.server = server

    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory over tables of their own."""
        fill(self.server, subjects)
        return directory_on(self.server.dsn)

    def broken_directory(self) -> Directory:
        """Return one whose port nobody listens on."""
        return directory_on(f"host=127.0.0.1 port={free_port()} user=x dbname=x")


def test_pg_restart_mid_request(server: PostgresServer) -> None:
    """While it is down it is unavailable, and after that the kept connection heals."""
    fill(server, [ANA])
    directory = directory_on(server.dsn)
    assert directory.get_subject("pilot-a", "ana") == ANA
    server.stop()
    server.start()
    assert directory.get_subject("pilot-a", "ana") == ANA
    server.stop()
    try:
        answer = directory.get_subject("pilot-a", "ana")
        assert answer == Unavailable("the database: OperationalError")
    finally:
        server.start()
    assert directory.get_subject("pilot-a", "ana") == ANA


def test_a_lookup_that_waits_when_the_server_stops_is_answered(
    server: PostgresServer,
) -> None:
    """Its answer is `Unavailable`: it was cut off, with nobody there to ask again."""
    fill(server, [ANA])
    directory = opened(
        "postgres",
        {"dsn_env": "DSN"},
        environment={"DSN": server.dsn},
        timeout_seconds=10,
    )
    directory.get_subject("pilot-a", "ana")
    answers: list[object] = []
    with suppress(psycopg.OperationalError), psycopg.connect(server.dsn) as writer:
        writer.execute("LOCK TABLE subjects IN ACCESS EXCLUSIVE MODE")
        asking = threading.Thread(
            target=lambda: answers.append(directory.get_subject("pilot-a", "ana"))
        )
        asking.start()
        wait_for_a_lock(server)
        # Held up, it keeps its lock until the lookup has been cut off.
        holder = writer.info.backend_pid
        os.kill(holder, signal.SIGSTOP)
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        asking.join(10)
        os.kill(holder, signal.SIGCONT)
        stopping.join()
        server.start()
    assert [type(each) for each in answers] == [Unavailable]


def wait_for_a_lock(server: PostgresServer) -> None:
    """Wait until somebody waits for a table that another holds."""
    deadline = time.monotonic() + 10
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while connection.execute(waiting).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_locked_table_costs_one_timeout(server: PostgresServer) -> None:
    """A migration that holds the table delays a lookup no longer."""
    fill(server, [ANA])
    directory = directory_on(server.dsn)
    directory.get_subject("pilot-a", "ana")
    with psycopg.connect(server.dsn) as writer:
        writer.execute("LOCK TABLE subjects IN ACCESS EXCLUSIVE MODE")
        answer, took = directory.timed("pilot-a", "ana")
    assert isinstance(answer, Unavailable)
    assert took < TIMEOUT + 5
    assert directory.get_subject("pilot-a", "ana") == ANA


def test_a_server_that_stands_still_costs_one_timeout(server: PostgresServer) -> None:
    """It takes no notice of its own time limit then; the client's own deadline ends it.

    The process behind the connection is halted, as in a machine that is.
    """
    fill(server, [ANA])
    directory = directory_on(server.dsn)
    directory.get_subject("pilot-a", "ana")
    with psycopg.connect(server.dsn) as watcher:
        found = watcher.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'companyos'"
            " AND state = 'idle'"
        ).fetchall()
    pids = [int(row[0]) for row in found]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        answer, took = directory.timed("pilot-a", "ana")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    assert isinstance(answer, Unavailable)
    assert took < TIMEOUT + 5
    assert directory.get_subject("pilot-a", "ana") == ANA


def test_a_deactivated_subject_is_gone(server: PostgresServer) -> None:
    """Deprovisioning takes one statement, and needs no deletion."""
    fill(server, [ANA])
    directory = directory_on(server.dsn)
    server.execute("UPDATE subjects SET active = false")
    assert directory.get_subject("pilot-a", "ana") == NotFound("pilot-a", "ana")


def test_sessions_are_read_only(server: PostgresServer) -> None:
    """Even an account that may write cannot do so through a lookup's connection."""
    fill(server, [ANA])
    server.execute(
        "CREATE TABLE seen (at timestamptz)",
        "CREATE FUNCTION note() RETURNS boolean LANGUAGE plpgsql VOLATILE AS"
        " 'BEGIN INSERT INTO seen VALUES (now()); RETURN true; END'",
        "ALTER TABLE subjects RENAME TO people",
        "CREATE VIEW subjects AS SELECT * FROM people WHERE note()",
        "SELECT count(*) FROM subjects",
    )
    try:
        answer = directory_on(server.dsn).get_subject("pilot-a", "ana")
    finally:
        server.execute("DROP VIEW subjects", "DROP TABLE people CASCADE")
    assert answer == Unavailable("the database: ReadOnlySqlTransaction")


@pytest.mark.parametrize("written", ['{"country": null}', "[]", '{"country": 4.9}'])
def test_a_malformed_row_is_unavailable(written: str, server: PostgresServer) -> None:
    """What is no attribute's value is refused, here as in every other store."""
    fill(server, [ANA])
    server.execute(f"UPDATE subjects SET attributes = '{written}'")  # noqa: S608 - ours
    answer = directory_on(server.dsn).get_subject("pilot-a", "ana")
    assert answer == Unavailable("the database holds a malformed subject")


def test_an_outage_is_covered_by_the_cache(server: PostgresServer) -> None:
    """Through the cache the subject stays, as a stale one, while the server is away."""
    fill(server, [person("pilot-a", "ana", "Analyst")])
    bare = directory_on(server.dsn)
    now = [time.monotonic()]
    directory = CachedDirectory(bare, WINDOWS, clock=lambda: now[0])
    directory.get_subject("pilot-a", "ana")
    server.stop()
    try:
        now[0] += 60
        answer = directory.get_subject("pilot-a", "ana")
        now[0] += 600
        late = directory.get_subject("pilot-a", "ana")
    finally:
        server.start()
    assert isinstance(answer, Subject)
    assert answer.freshness == "stale"
    assert isinstance(late, Unavailable)


def test_no_connection_left_is_unavailable(server: PostgresServer) -> None:
    """A server or a role that takes no more connections gives no answer."""
    fill(server, [ANA])
    server.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    crowded = server.dsn.replace("user=postgres", "user=crowded")
    answer = directory_on(crowded).get_subject("pilot-a", "ana")
    assert answer == Unavailable("the database: OperationalError")


def test_no_answer_names_the_server(server: PostgresServer) -> None:
    """What the driver says of host and user stays out of a reason."""
    wrong = server.dsn.replace("user=postgres", "user=intruder")
    answer = directory_on(wrong).get_subject("pilot-a", "ana")
    assert answer == Unavailable("the database: OperationalError")
