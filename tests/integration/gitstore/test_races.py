"""Several writers at once, and writers that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import companyos
from companyos.releases.store import Outcome
from git_clones import (
    LOG,
    clone_of,
    entry,
    opened,
    snapshot,
)


def start_writer(
    where: Path, remote: str | None, writer: str, *, boundary: str = "-"
) -> subprocess.Popen[bytes]:
    """Start a process that publishes one entry to the branch `log`."""
    program = Path(__file__).with_name("log_writer.py")
    arguments = (str(where), remote or "-", writer, boundary)
    source = str(Path(companyos.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, str(program), *arguments],
        env={**os.environ, "PYTHONPATH": source},
    )


@pytest.mark.parametrize(
    ("place", "writers"),
    [
        pytest.param("clones", 8, marks=pytest.mark.slow),
        ("clones", 3),
        ("one-clone", 4),
        ("local", 4),
    ],
)
def test_writers_at_once_write_each_entry_exactly_once(
    remote: Path, clone: Path, tmp_path: Path, place: str, writers: int
) -> None:
    """No entry is lost or doubled and no tag is left over, whoever races where."""
    names = [f"writer-{number}" for number in range(writers)]
    own = place == "clones"
    clones = [clone_of(remote, tmp_path / name) if own else clone for name in names]
    remote_name = None if place == "local" else "origin"
    processes = [
        start_writer(where, remote_name, name)
        for where, name in zip(clones, names, strict=True)
    ]
    assert [process.wait(timeout=100) for process in processes] == [0] * writers

    store = opened(clone, branch="log", remote=remote_name)
    store.refresh()
    head = store.head()
    assert head is not None
    files = store.files(head, [LOG])
    written = store.contents([file.blob for file in files])
    assert sorted(written) == sorted(name.encode() for name in names)
    added = {change.path: change.commit for change in store.changes(LOG, until=head)}
    targets = {tag.name: tag.target for tag in store.tags(["promote/"])}
    assert targets == {
        f"promote/dev/{index}": added[file.path] for index, file in enumerate(files)
    }


@pytest.mark.parametrize("boundary", ["objects-written", "before-push", "after-push"])
@pytest.mark.parametrize("name", ["origin", None])
def test_a_writer_killed_at_any_boundary_leaves_all_or_nothing(
    clone: Path, boundary: str, name: str | None
) -> None:
    """Entry and tag are both there or both absent, and going on is safe."""
    before = snapshot(clone)
    process = start_writer(clone, name, "ada", boundary=boundary)
    assert process.wait(timeout=60) == -signal.SIGKILL
    store = opened(clone, branch="log", remote=name)
    store.refresh()
    arrived = boundary == "after-push"
    assert (store.head() is not None) == arrived
    assert [tag.name for tag in store.tags(["promote/"])] == (
        ["promote/dev/0"] if arrived else []
    )
    after = snapshot(clone)
    assert after["index"] == before["index"]
    assert after["status"] == before["status"]
    following = entry(store.head(), 1, tag="promote/dev/1")
    assert store.publish(following) is Outcome.PUBLISHED
