"""A remote with one commit, and clones of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from git_clones import (
    bare_at,
    clone_of,
    commit,
    git,
)


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no home directory, and no identity to be found in it."""
    monkeypatch.delenv("HOME", raising=False)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bare repository whose `main` has one commit, to be copied."""
    path = tmp_path_factory.mktemp("template") / "remote.git"
    bare_at(path)
    seed = clone_of(path, path.parent / "seed")
    git(seed, "checkout", "-qB", "main")
    commit(seed, "README", "hello")
    git(seed, "push", "--quiet", "origin", "main")
    return path


@pytest.fixture
def remote(tmp_path: Path, template: Path) -> Path:
    """Return a bare remote whose `main` has one commit."""
    return Path(shutil.copytree(template, tmp_path / "remote.git"))


@pytest.fixture
def clone(tmp_path: Path, remote: Path) -> Path:
    """Return a clone of the remote."""
    return clone_of(remote, tmp_path / "clone")


@pytest.fixture(scope="module")
def quiet_clone(template: Path) -> Path:
    """Return a clone for tests in which nothing may reach Git."""
    return clone_of(template, template.parent / "quiet")
