"""Subjects in PostgreSQL: one joined query over a connection that is kept.

Needs psycopg 3, the extra `companyos[postgres]`; nothing imports this module before a
configuration asks for it. The connection string holds a password, so the desired state
only names the environment variable that holds it. Sessions are read only.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import psycopg
from psycopg.abc import PQGen

from companyos.identity.backend import API_VERSION, Backend, Setup
from companyos.identity.backends.idle_connections import IdleConnections
from companyos.identity.backends.sql_rows import Row, lookup_of, query
from companyos.identity.subjects import Lookup, NotFound, Unavailable, can_exist

QUERY = query(parameter="%s", attributes="s.attributes::text").encode()
POLL_SECONDS = 0.1

SCHEMA = """
CREATE TABLE subjects (
  tenant_id text NOT NULL,
  subject_id text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  attributes jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, subject_id)
);
CREATE TABLE subject_roles (
  tenant_id text NOT NULL,
  subject_id text NOT NULL,
  role text NOT NULL,
  PRIMARY KEY (tenant_id, subject_id, role),
  FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects ON DELETE CASCADE
);
"""
"""The tables, for whoever fills them. Further columns do no harm."""

_Result = TypeVar("_Result")


class _TimedConnection(psycopg.Connection[Row]):
    """A connection whose every statement ends by `deadline`, server alive or not."""

    clock: Callable[[], float]
    deadline: float = 0.0

    def wait(
        self,
        gen: PQGen[_Result],
        interval: float = POLL_SECONDS,
        timeout: float | None = None,
    ) -> _Result:
        """Wait for the server, but no longer than until the deadline."""
        del timeout
        left = max(0.0, self.deadline - self.clock())
        return super().wait(gen, min(interval, left), timeout=left)


class PostgresDirectory:
    """The subjects in the database that `dsn` leads to, in the role it names."""

    def __init__(
        self, dsn: str, *, timeout_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._dsn = dsn
        self._timeout = timeout_seconds
        self._clock = clock
        self._idle: IdleConnections[_TimedConnection] = IdleConnections(_end)

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or which of the other two answers it is."""
        if not can_exist(tenant_id, subject_id):
            return NotFound(tenant_id, subject_id)
        deadline = self._clock() + self._timeout
        try:
            rows = self._rows((tenant_id, subject_id), deadline)
        # The message names the server and the user, so it stays out of answers.
        except psycopg.Error as error:
            return Unavailable(f"the database: {type(error).__name__}")
        return lookup_of(rows, tenant_id, subject_id)

    def close(self) -> None:
        """Close the connections that are idle."""
        self._idle.close()

    def _rows(self, key: tuple[str, str], deadline: float) -> list[Row]:
        kept = self._idle.take()
        if kept is not None:
            try:
                return self._asked(kept, key, deadline)
            except psycopg.OperationalError:
                if self._clock() >= deadline:
                    raise
                # The server has restarted, so the other idle ones are dead as well;
                # a read may be put again, once, on a new one.
                self._idle.drop()
        return self._asked(self._connect(), key, deadline)

    def _asked(
        self, connection: _TimedConnection, key: tuple[str, str], deadline: float
    ) -> list[Row]:
        connection.deadline = deadline
        try:
            rows = connection.execute(QUERY, key).fetchall()
        # Whatever ended the question early left the connection in the middle of it.
        except BaseException:
            _end(connection)
            raise
        self._idle.give_back(connection)
        return rows

    def _connect(self) -> _TimedConnection:
        milliseconds = max(1, round(self._timeout * 1000))
        connection = _TimedConnection.connect(
            self._dsn,
            autocommit=True,
            connect_timeout=2,  # whole seconds, and libpq takes no fewer
            tcp_user_timeout=milliseconds,
            application_name="companyos",
            options=f"-c statement_timeout={milliseconds}"
            " -c default_transaction_read_only=on",
        )
        connection.clock = self._clock
        connection.prepare_threshold = None  # a pooler in between knows no statements
        return connection


def _end(connection: _TimedConnection) -> None:
    with suppress(psycopg.Error):
        connection.close()


def _open(setup: Setup) -> PostgresDirectory:
    setup.check({"dsn_env"})
    return PostgresDirectory(
        setup.variable("dsn_env"),
        timeout_seconds=setup.timeout_seconds,
        clock=setup.around.clock,
    )


BACKEND = Backend(API_VERSION, _open)
