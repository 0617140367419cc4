"""A stage's bundle directory: swapped in one step, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from companyos.errors import UnavailableError, UsageError
from companyos.releases.entries import COMPONENTS
from companyos.snapshot import Artifacts, Component, LogPosition, Manifest
from companyos_cli.folders import KEPT, write_bundle


def manifest(entry: int) -> Manifest:
    """Return the manifest of a bundle that the entry brought."""
    return Manifest(
        stage="pilot",
        root=f"sha256:{entry:064x}",
        log=LogPosition("origin", entry + 1, f"sha256:{entry:064x}", entry),
        components={
            str(part): Component("1.0.0", f"sha256:{entry:064x}") for part in COMPONENTS
        },
        artifacts=Artifacts("1.0.0", {}),
    )


def write(folder: Path, entry: int) -> bool:
    """Write a bundle whose every component names its entry."""
    components = {part: f"{part} {entry}".encode() for part in COMPONENTS}
    return write_bundle(folder, manifest(entry), components)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of the version in use."""
    return {path.name: path.read_bytes() for path in (folder / "current").iterdir()}


def expected(entry: int) -> dict[str, bytes]:
    """Return what the version in use must hold."""
    return {
        "manifest.json": manifest(entry).to_bytes(),
        **{f"{part}.json": f"{part} {entry}".encode() for part in COMPONENTS},
    }


def test_a_new_folder_gets_the_bundle(tmp_path: Path) -> None:
    """The folder, and those above it, are made."""
    folder = tmp_path / "deep" / "run"
    assert write(folder, 4) is True
    assert contents(folder) == expected(4)


def test_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """No file is touched, so no reader loads anything anew."""
    write(tmp_path, 4)
    before = {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert write(tmp_path, 4) is False
    assert {path: path.lstat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_an_open_version_stays_whole_after_a_swap(tmp_path: Path) -> None:
    """A reader that followed the link once goes on reading what it began with."""
    write(tmp_path, 4)
    opened = (tmp_path / "current").resolve()
    write(tmp_path, 5)
    assert contents(tmp_path) == expected(5)
    assert {path.name: path.read_bytes() for path in opened.iterdir()} == expected(4)


def test_the_link_is_never_away(tmp_path: Path) -> None:
    """It is relative, so the folder can be moved or mounted anywhere."""
    write(tmp_path / "run", 4)
    assert not (tmp_path / "run" / "current").readlink().is_absolute()
    (tmp_path / "run").rename(tmp_path / "moved")
    assert contents(tmp_path / "moved") == expected(4)


def test_a_few_versions_are_kept_and_the_one_in_use_always(tmp_path: Path) -> None:
    """Older ones go, oldest first; going back to one brings it back."""
    for entry in range(KEPT + 3):
        write(tmp_path, entry)
        for age, path in enumerate(sorted((tmp_path / "versions").iterdir())):
            os.utime(path, (age, age))
    kept = sorted(path.name for path in (tmp_path / "versions").iterdir())
    assert [name[:8] for name in kept] == [
        f"{entry:08d}" for entry in range(3, KEPT + 3)
    ]
    assert write(tmp_path, 3) is True
    assert write(tmp_path, 99) is True
    assert contents(tmp_path) == expected(99)


@pytest.mark.parametrize("stuck", sorted(expected(5)))
def test_a_write_that_fails_leaves_the_old_bundle_in_use(
    tmp_path: Path, stuck: str
) -> None:
    """Whichever file cannot be written, readers see the old version, whole."""
    write(tmp_path, 4)
    obstacle = tmp_path / "versions" / f"00000005-{0:016x}" / stuck / "in the way"
    obstacle.mkdir(parents=True)
    with pytest.raises(UnavailableError, match="cannot be written"):
        write(tmp_path, 5)
    assert contents(tmp_path) == expected(4)
    shutil.rmtree(obstacle.parent)
    assert write(tmp_path, 5) is True
    assert contents(tmp_path) == expected(5)


def test_a_folder_that_cannot_be_changed_is_said_to_be(tmp_path: Path) -> None:
    """A pull agent tells it and tries again; it does not end by a fault."""
    (tmp_path / "versions").write_text("a file")
    with pytest.raises(UnavailableError, match="cannot be written"):
        write(tmp_path, 5)
    assert [each.name for each in tmp_path.iterdir()] == ["versions"]


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    """Nothing is overwritten that is something else."""
    (tmp_path / "run").write_text("mine")
    with pytest.raises(UsageError, match="not a folder"):
        write(tmp_path / "run", 4)
    assert (tmp_path / "run").read_text() == "mine"
