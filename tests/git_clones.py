"""Repositories and publications for tests of the Git store."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from companyos.gitstore import GitStore
from companyos.releases.store import Author, NewTag, Publication

AUTHOR = Author("Ada", "ada@example.test")
AT = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
LOG = "releases/log"


def git(where: Path, *arguments: str, check: bool = True) -> str:
    """Run git as a user would, and return what it prints."""
    identity = ("-c", "user.name=Bob", "-c", "user.email=bob@example.test")
    done = subprocess.run(
        ["git", "-C", str(where), *identity, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout.strip()


def commit(where: Path, path: str, text: str) -> str:
    """Commit one file on the current branch and return the commit."""
    file = where / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    git(where, "add", "--all")
    git(where, "commit", "--quiet", "--message", f"edit {path}")
    return git(where, "rev-parse", "HEAD")


def bare_at(path: Path) -> Path:
    """Make an empty bare repository."""
    command = ("git", "init", "-q", "--bare", "--template=", "--initial-branch=main")
    subprocess.run([*command, str(path)], check=True)
    return path


def clone_of(remote: Path, where: Path) -> Path:
    """Clone, quietly also where the remote is empty."""
    subprocess.run(
        ["git", "clone", "-q", "--template=", str(remote), str(where)],
        check=True,
        capture_output=True,
    )
    return where


def opened(
    where: Path,
    *,
    branch: str = "main",
    remote: str | None = "origin",
    boundary: Callable[[str], None] = lambda _: None,
) -> GitStore:
    """Open a store as the command would."""
    return GitStore.open(where, branch=branch, remote=remote, boundary=boundary)


def entry(
    parent: str | None,
    index: int = 0,
    *,
    tag: str | None = "promote/dev/0",
    text: str | None = None,
) -> Publication:
    """Return a publication of one file and, where named, one tag."""
    return Publication(
        parent=parent,
        files={f"{LOG}/{index:08d}.json": (text or f'{{"entry":{index}}}\n').encode()},
        message=f"dev: entry {index}",
        author=AUTHOR,
        at=AT,
        tag=None if tag is None else NewTag(tag, f"dev: v{index}\n\nLog-Size: 1\n"),
    )


def snapshot(where: Path) -> dict[str, str]:
    """Return everything of a clone that is the user's: branch, index, files, status."""
    return {
        "branches": git(where, "for-each-ref", "refs/heads"),
        "head": git(where, "symbolic-ref", "HEAD"),
        "index": git(where, "ls-files", "--stage"),
        "status": git(where, "status", "--porcelain", "--untracked-files=all"),
    }
