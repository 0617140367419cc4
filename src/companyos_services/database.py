"""One SQLite file: opened once, used by one thread at a time, changed in transactions.

The file belongs to one service and carries that service's schema version, so that a
file of another service or of a later version is refused instead of half understood.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from companyos.errors import UnavailableError, UsageError

BUSY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one service. `application_id` marks the file as that service's."""

    application_id: int
    version: int
    statements: tuple[str, ...]


class Database:
    """A connection that threads may share, one transaction after the other."""

    def __init__(self, path: Path, schema: Schema) -> None:
        """Open the file, making it and its tables where they are missing.

        Raises:
            UsageError: if the file is no SQLite file, or another service's.
        """
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(
                path,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._prepare(schema)
        except sqlite3.Error as error:
            raise UsageError(f"cannot use `{path}` as a database: {error}") from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a consistent view of the data.

        Raises:
            UnavailableError: if the file cannot be read now.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Change data: all of what is done inside, or after an exception nothing.

        Raises:
            UnavailableError: if the file is locked too long, full or read only.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close the file once the running transaction is over."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute(begin)
                with self._connection:  # commits, or rolls back after an exception
                    yield self._connection
            except sqlite3.OperationalError as error:
                raise UnavailableError(f"the database failed: {error}") from error

    def _prepare(self, schema: Schema) -> None:
        with self.writing() as connection:
            found = _pragma(connection, "application_id")
            version = _pragma(connection, "user_version")
            if (found, version) == (schema.application_id, schema.version):
                return
            if (found, version) != (0, 0):
                raise UsageError(
                    "the data file belongs to another service or version",
                    hint="give this service a file of its own with --data",
                )
            for statement in schema.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {schema.application_id}")
            connection.execute(f"PRAGMA user_version = {schema.version}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    row: tuple[int] = connection.execute(f"PRAGMA {name}").fetchone()
    return row[0]
