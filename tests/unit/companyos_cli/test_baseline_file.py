"""Where a baseline may be: nothing else is replaced, and no failure is a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from companyos.checks.baseline import write_baseline
from companyos.errors import UnavailableError, UsageError
from companyos_cli.baseline_file import preferred_path, write

EMPTY = write_baseline([])
FULL = Path("/dev/full")


@pytest.mark.parametrize(
    "named",
    [
        "../known.json", "/etc/known.json", "a/../../known.json", ".", "",
        "config/flags/bulk-export.yaml", "config/new.json", "CONFIG/new.json",
        ".git/config", "sub/.git/hooks/pre-commit", "folder", "link.json",
        "linked/known.json",
    ],
)  # fmt: skip
def test_the_desired_state_names_only_a_file_of_its_own(
    tmp_path: Path, named: str
) -> None:
    """In the repository, no part of the desired state or of Git, and by no link."""
    root = tmp_path / "repository"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.json").write_bytes(EMPTY)
    (root / "link.json").symlink_to(tmp_path / "outside.json")
    (root / "linked").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="cannot be the baseline"):
        preferred_path(named, root)


@pytest.mark.parametrize("named", ["known.json", "sub/known.json", "./known.json"])
def test_a_file_of_its_own_need_not_be_there(tmp_path: Path, named: str) -> None:
    """It is written with the first baseline."""
    assert preferred_path(named, tmp_path) == tmp_path / named


def test_a_repository_may_itself_be_reached_by_a_link(tmp_path: Path) -> None:
    """Only what the desired state names counts."""
    (tmp_path / "real").mkdir()
    root = tmp_path / "link"
    root.symlink_to(tmp_path / "real")
    assert preferred_path("known.json", root) == root / "known.json"


@pytest.mark.parametrize(
    "before", [EMPTY, b'{"schema": "companyos.baseline/v1", "findings": []}']
)
def test_a_baseline_is_replaced(tmp_path: Path, before: bytes) -> None:
    """Also one of an earlier version, since there is no other way on."""
    path = tmp_path / "known.json"
    path.write_bytes(before)
    write(path, EMPTY)
    assert path.read_bytes() == EMPTY


@pytest.mark.parametrize("before", [b"", b"flag_id: bulk-export\n", b"{}"])
def test_what_is_no_baseline_is_not_replaced(tmp_path: Path, before: bytes) -> None:
    """A slip in the name costs nobody a file."""
    path = tmp_path / "precious"
    path.write_bytes(before)
    with pytest.raises(UsageError, match="it is no baseline"):
        write(path, EMPTY)
    assert path.read_bytes() == before


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Even to a baseline, or to nothing."""
    target = tmp_path / "target.json"
    link = tmp_path / "known.json"
    link.symlink_to(target)
    for _ in range(2):
        with pytest.raises(UsageError, match="symbolic link"):
            write(link, EMPTY)
        target.write_bytes(EMPTY)
    assert link.is_symlink()


@pytest.mark.parametrize("name", ["nowhere/known.json", "file/known.json", "folder"])
def test_where_no_file_can_be_is_told(tmp_path: Path, name: str) -> None:
    """No folder, a file instead of one, or a folder itself."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError):
        write(tmp_path / name, EMPTY)


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a device without room")
def test_a_full_disk_is_no_fault_of_the_question() -> None:
    """Trying again may help."""
    with pytest.raises(UnavailableError, match="cannot be written"):
        write(FULL, EMPTY)
