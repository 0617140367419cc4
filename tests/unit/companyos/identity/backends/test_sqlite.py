from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from companyos.errors import UsageError
from companyos.identity import Directory, NotFound, Subject, Unavailable
from companyos.testing import DirectoryContract
from companyos.testing.directory_contract import person
from identity_directories import ANA, TIMEOUT, Opened, opened, write_sqlite


def directory_of(path: Path) -> Opened:
    """Return the directory over one file."""
    return opened("sqlite", {"path": str(path)})


class TestSqliteDirectory(DirectoryContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def directory_holding(self, subjects: Sequence[Subject]) -> Directory:
        """Return a directory over a new file."""
        return directory_of(write_sqlite(self.folder / "subjects.sqlite", subjects))

    def broken_directory(self) -> Directory:
        """Return one whose file is not there."""
        return directory_of(self.folder / "missing.sqlite")


def test_a_file_replaced_underneath_is_noticed(tmp_path: Path) -> None:
    """Once another file is renamed into place, the next lookup reads that one."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    directory = directory_of(path)
    assert directory.get_subject("pilot-a", "ana") == ANA
    changed = person("pilot-a", "ana", "Viewer")
    write_sqlite(tmp_path / "new.sqlite", [changed]).replace(path)
    assert directory.get_subject("pilot-a", "ana") == changed


def test_a_change_within_the_file_is_seen(tmp_path: Path) -> None:
    """A deactivated subject is gone at the next lookup, over a kept connection."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    directory = directory_of(path)
    assert directory.get_subject("pilot-a", "ana") == ANA
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE subjects SET active = 0")
    assert directory.get_subject("pilot-a", "ana") == NotFound("pilot-a", "ana")


def test_a_file_deleted_underneath_is_unavailable(tmp_path: Path) -> None:
    """The kept connection still reads the old file, which nobody means any more."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    directory = directory_of(path)
    directory.get_subject("pilot-a", "ana")
    path.unlink()
    assert isinstance(directory.get_subject("pilot-a", "ana"), Unavailable)


def test_a_locked_file_is_unavailable_within_the_timeout(tmp_path: Path) -> None:
    """A writer that holds the file delays a lookup no longer than its timeout."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    directory = directory_of(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        answer, took = directory.timed("pilot-a", "ana")
        writer.execute("ROLLBACK")
    assert answer == Unavailable("the subjects' file: database is locked")
    assert took < TIMEOUT + 5
    assert directory.get_subject("pilot-a", "ana") == ANA


def test_the_file_cannot_be_changed(tmp_path: Path) -> None:
    """Looking up makes no file and changes none, journals included."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    before = path.read_bytes()
    directory_of(path).get_subject("pilot-a", "ana")
    directory_of(tmp_path / "missing.sqlite").get_subject("pilot-a", "ana")
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["subjects.sqlite"]


@pytest.mark.parametrize(
    "written",
    ['{"country": null}', '{"country": 4.9}', '{"country": ""}', "[]", '"DE"'],
)
def test_a_malformed_row_is_unavailable(written: str, tmp_path: Path) -> None:
    """A guess about what is no attribute's value could grant or deny."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE subjects SET attributes = ?", (written,))
    answer = directory_of(path).get_subject("pilot-a", "ana")
    assert answer == Unavailable("the database holds a malformed subject")


def test_a_column_that_ignores_letter_case_answers_about_nobody(tmp_path: Path) -> None:
    """Tables of somebody else's making cannot make `ANA` out of `ana`."""
    path = tmp_path / "subjects.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            "CREATE TABLE subjects (tenant_id TEXT, subject_id TEXT COLLATE NOCASE,"
            " active INTEGER, attributes TEXT);"
            "CREATE TABLE subject_roles (tenant_id TEXT, subject_id TEXT, role TEXT);"
            "INSERT INTO subjects VALUES ('pilot-a', 'ana', 1, '{}');"
        )
    answer = directory_of(path).get_subject("pilot-a", "ANA")
    assert answer == Unavailable("the database compares ids inexactly")


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_a_file_without_the_tables_is_unavailable(
    content: bytes, tmp_path: Path
) -> None:
    """An empty file and one of another kind hold nobody, and say so."""
    path = tmp_path / "subjects.sqlite"
    path.write_bytes(content)
    answer = directory_of(path).get_subject("pilot-a", "ana")
    assert isinstance(answer, Unavailable)


def test_a_relative_path_begins_in_the_given_folder(tmp_path: Path) -> None:
    """The folder is the repository's for the command, whoever calls from wherever."""
    write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    directory = opened("sqlite", {"path": "subjects.sqlite"}, folder=tmp_path)
    assert directory.get_subject("pilot-a", "ana") == ANA


def test_the_path_may_be_in_the_environment(tmp_path: Path) -> None:
    """Stages keep their files in different places, and share one desired state."""
    path = write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    directory = opened(
        "sqlite", {"path_env": "SUBJECTS"}, environment={"SUBJECTS": str(path)}
    )
    assert directory.get_subject("pilot-a", "ana") == ANA


def test_a_variable_that_is_not_set_is_named() -> None:
    """The configuration asks for something that this process was not given."""
    with pytest.raises(UsageError, match="the environment variable `SUBJECTS` is not"):
        opened("sqlite", {"path_env": "SUBJECTS"})


def test_a_path_is_given_one_way() -> None:
    """Two places for one file would leave open which of them counts."""
    with pytest.raises(UsageError, match="takes either `path` or `path_env`"):
        opened("sqlite", {"path": "a", "path_env": "B"}, environment={"B": "b"})
