"""Watching: one run at once, one for each change, none without."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest

from companyos_cli.watching import runs


def write(path: Path, text: str) -> None:
    """Write a file whose time of change is a second later than before."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before, before + 1_000_000_000))


def remove(path: Path) -> None:
    """Take a file away."""
    path.unlink()


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder / "a.yaml", "b: 1\n"),
        lambda folder: write(folder / "flags" / "new.yaml", "b: 1\n"),
        lambda folder: remove(folder / "a.yaml"),
    ],
    ids=["changed", "added", "removed"],
)
def test_a_run_follows_each_change(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """While nothing changes there are pauses only."""
    folder = tmp_path / "config"
    (folder / "flags").mkdir(parents=True)
    write(folder / "a.yaml", "a: 1\n")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            change(folder)

    assert list(islice(runs(tmp_path, pause=pause), 2)) == [1, 2]
    assert len(pauses) == 3
