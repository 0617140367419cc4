"""Subjects in an SQLite file that somebody else writes; read only, never locked long.

Connections are kept between lookups and given up once the path names another file, so
a file that is renamed into place is in use from the next lookup on.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from companyos.identity.backend import API_VERSION, Backend, Setup
from companyos.identity.backends.idle_connections import IdleConnections
from companyos.identity.backends.sql_rows import Row, lookup_of, query
from companyos.identity.subjects import Lookup, NotFound, Unavailable, can_exist

QUERY = query(parameter="?", attributes="s.attributes")

SCHEMA = """
CREATE TABLE subjects (
  tenant_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  attributes TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(attributes)),
  PRIMARY KEY (tenant_id, subject_id)
) WITHOUT ROWID;
CREATE TABLE subject_roles (
  tenant_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (tenant_id, subject_id, role),
  FOREIGN KEY (tenant_id, subject_id) REFERENCES subjects ON DELETE CASCADE
) WITHOUT ROWID;
"""
"""The tables, for whoever writes the file. Further columns do no harm."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A connection, and the file (device and number) that it was opened on."""

    connection: sqlite3.Connection
    file: tuple[int, int]


class SqliteDirectory:
    """The subjects in the file at `path`; a lock is waited for `timeout_seconds`."""

    def __init__(self, path: Path, *, timeout_seconds: float) -> None:
        self._path = path
        self._timeout = timeout_seconds
        self._idle: IdleConnections[_Open] = IdleConnections(_end)

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or which of the other two answers it is."""
        if not can_exist(tenant_id, subject_id):
            return NotFound(tenant_id, subject_id)
        try:
            rows = self._rows(tenant_id, subject_id)
        except OSError as error:
            return Unavailable(f"the subjects' file: {error.strerror}")
        except sqlite3.Error as error:
            return Unavailable(f"the subjects' file: {error}")
        return lookup_of(rows, tenant_id, subject_id)

    def close(self) -> None:
        """Close the file."""
        self._idle.close()

    def _rows(self, *key: str) -> list[Row]:
        opened = self._connected()
        try:
            rows: list[Row] = opened.connection.execute(QUERY, key).fetchall()
        except sqlite3.Error:
            _end(opened)
            raise
        self._idle.give_back(opened)
        return rows

    def _connected(self) -> _Open:
        status = self._path.stat()
        file = (status.st_dev, status.st_ino)
        while (idle := self._idle.take()) is not None:
            if idle.file == file:
                return idle
            _end(idle)
        return _Open(self._connection(), file)

    def _connection(self) -> sqlite3.Connection:
        return sqlite3.connect(
            f"file:{quote(str(self._path.absolute()))}?mode=ro",
            uri=True,
            timeout=self._timeout,
            isolation_level=None,
            check_same_thread=False,  # one user at a time, whichever thread that is on
        )


def _end(opened: _Open) -> None:
    with suppress(sqlite3.Error):
        opened.connection.close()


def _open(setup: Setup) -> SqliteDirectory:
    setup.check({"path", "path_env"})
    path = setup.around.folder / setup.place("path")
    return SqliteDirectory(path, timeout_seconds=setup.timeout_seconds)


BACKEND = Backend(API_VERSION, _open)
