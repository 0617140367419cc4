"""Publish one entry from a process of its own, again after each lost race.

Usage: log_writer.py REPOSITORY REMOTE WRITER BOUNDARY

The process kills itself at BOUNDARY, where that is the name of one. REMOTE and BOUNDARY
are `-` for none.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from companyos.gitstore import GitStore
from companyos.releases.store import Author, NewTag, Outcome, Publication

FOLDER = "releases/log"


def main(repository: str, remote: str, writer: str, fatal: str) -> None:
    """Publish until it worked."""

    def reached(boundary: str) -> None:
        if boundary == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    store = GitStore.open(
        Path(repository),
        branch="log",
        remote=None if remote == "-" else remote,
        boundary=reached,
    )
    outcome = Outcome.LOST_RACE
    while outcome is Outcome.LOST_RACE:
        store.refresh()
        outcome = store.publish(next_entry(store, writer))


def next_entry(store: GitStore, writer: str) -> Publication:
    """Return the writer's entry at the place that is next now."""
    head = store.head()
    index = 0 if head is None else len(store.files(head, [FOLDER]))
    return Publication(
        parent=head,
        files={f"{FOLDER}/{index:08d}.json": writer.encode()},
        message=f"entry {index}",
        author=Author(writer, f"{writer}@companyos.example"),
        at=datetime(2026, 11, 23, tzinfo=UTC),
        tag=NewTag(f"promote/dev/{index}", f"dev: entry {index}"),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
