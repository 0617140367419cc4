"""Reading the folder: which files belong to the desired state."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from companyos.config.sources import read_folder
from companyos.errors import InvalidStateError, UsageError


def test_files_come_by_their_path_in_the_repository(tmp_path: Path) -> None:
    """Paths have slashes and begin with `config/`; hidden files are left out."""
    (tmp_path / "config" / "tenants").mkdir(parents=True)
    (tmp_path / "config" / "tenants" / "a.yaml").write_bytes(b"a")
    (tmp_path / "config" / ".DS_Store").write_bytes(b"x")
    (tmp_path / "config" / ".git").mkdir()
    (tmp_path / "config" / ".git" / "b.yaml").write_bytes(b"x")
    (tmp_path / "other.yaml").write_bytes(b"x")
    assert read_folder(tmp_path) == {"config/tenants/a.yaml": b"a"}


def test_a_symbolic_link_is_a_finding(tmp_path: Path) -> None:
    """No link is followed, to a file or to a folder."""
    (tmp_path / "config").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.yaml").write_bytes(b"x")
    (tmp_path / "config" / "flags").symlink_to(tmp_path / "secret")
    (tmp_path / "config" / "x.yaml").symlink_to(tmp_path / "secret" / "x.yaml")
    with pytest.raises(InvalidStateError) as caught:
        read_folder(tmp_path)
    found = [(each.check, each.place.file) for each in caught.value.findings]
    assert found == [
        ("yaml/symlink", "config/flags"),
        ("yaml/symlink", "config/x.yaml"),
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"a\n::error::b.yaml", "config/flags/a\\n::error::b.yaml"),
        (b"\x1b[31m.yaml", "config/flags/\\x1b[31m.yaml"),
        ("a\u202eb.yaml".encode(), "config/flags/a\\u202eb.yaml"),
        (b"\xff.yaml", "config/flags/\\udcff.yaml"),
    ],
)
def test_a_name_that_cannot_be_shown_is_a_finding(
    name: bytes, shown: str, tmp_path: Path
) -> None:
    """No name writes a line of its own into a report, or stops one from being made."""
    folder = tmp_path / "config" / "flags"
    folder.mkdir(parents=True)
    try:
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(InvalidStateError) as caught:
        read_folder(tmp_path)
    [found] = caught.value.findings
    assert (found.check, found.place.file) == ("yaml/character", shown)
    assert found.message.isprintable()
    assert found.fingerprint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A special file is a finding, and reading does not hang on it."""
    (tmp_path / "config").mkdir()
    os.mkfifo(tmp_path / "config" / "pipe.yaml")
    with pytest.raises(InvalidStateError):
        read_folder(tmp_path)


def test_without_a_folder_there_is_a_way_on(tmp_path: Path) -> None:
    """The error names the command that makes one."""
    with pytest.raises(UsageError) as caught:
        read_folder(tmp_path)
    assert "companyos init" in str(caught.value.hint)
