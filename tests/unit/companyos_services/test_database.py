from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from companyos.errors import UnavailableError, UsageError
from companyos_services.database import Database, Schema

SCHEMA = Schema(7, 1, ("CREATE TABLE things (name TEXT PRIMARY KEY) STRICT",))


def names(database: Database) -> list[str]:
    """Return what is stored."""
    with database.reading() as connection:
        return [name for (name,) in connection.execute("SELECT name FROM things")]


def add(database: Database, *things: str) -> None:
    """Add several in one transaction."""
    with database.writing() as connection:
        connection.executemany(
            "INSERT INTO things VALUES (?)", [(thing,) for thing in things]
        )


def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    """A file that exists is used as it is."""
    first = Database(tmp_path / "data", SCHEMA)
    add(first, "a")
    first.close()
    second = Database(tmp_path / "data", SCHEMA)
    assert names(second) == ["a"]
    second.close()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """All of what belongs together is stored, or none of it."""
    database = Database(tmp_path / "data", SCHEMA)
    with pytest.raises(sqlite3.IntegrityError):
        add(database, "a", "b", "a")
    assert names(database) == []
    add(database, "c")
    assert names(database) == ["c"]
    database.close()


@pytest.mark.parametrize(
    "other", [Schema(8, 1, SCHEMA.statements), Schema(7, 2, SCHEMA.statements)]
)
def test_a_file_of_another_service_or_version_is_refused(
    tmp_path: Path, other: Schema
) -> None:
    """Data that might be misunderstood is not touched."""
    Database(tmp_path / "data", SCHEMA).close()
    with pytest.raises(UsageError, match="belongs to another service or version"):
        Database(tmp_path / "data", other)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """It is somebody's file, and stays as it is."""
    path = tmp_path / "data"
    path.write_bytes(b"not a database, but long enough to look at" * 50)
    with pytest.raises(UsageError, match="cannot use"):
        Database(path, SCHEMA)
    assert path.read_bytes().startswith(b"not a database")


def test_a_directory_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(UsageError, match="none/data"):
        Database(tmp_path / "none" / "data", SCHEMA)


def test_a_table_that_is_gone_is_reported_as_unavailable(tmp_path: Path) -> None:
    """Whatever happens to the file, callers meet one kind of failure."""
    database = Database(tmp_path / "data", SCHEMA)
    with sqlite3.connect(tmp_path / "data") as other:
        other.execute("DROP TABLE things")
    other.close()
    with pytest.raises(UnavailableError, match="no such table"):
        names(database)
    database.close()
