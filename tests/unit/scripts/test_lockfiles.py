"""The lock files: what they are made from, and when they are out of step."""

from __future__ import annotations

from pathlib import Path

import pytest

import lockfiles

PYPROJECT = """\
[project]
name = "sample"
requires-python = ">=3.11"
dependencies = ["lark"]

[project.optional-dependencies]
services = ["starlette"]

[dependency-groups]
test = ["pytest"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a project whose three lock files were made from what it asks for."""
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "requirements").mkdir()
    for group in lockfiles.GROUPS:
        lockfiles.lock_file(tmp_path, group).write_text(lockfiles.first_line(tmp_path))
    return tmp_path


def test_a_lock_just_made_is_in_step(root: Path) -> None:
    """Nothing changed, so nothing is to be done."""
    assert lockfiles.are_in_step(root)


@pytest.mark.parametrize("asked", ["lark", "starlette", "pytest", ">=3.11"])
def test_asking_for_something_else_puts_the_lock_out_of_step(
    asked: str, root: Path
) -> None:
    """A dependency, an extra, a group or the Python version: each one counts."""
    other = {">=3.11": ">=3.12"}.get(asked, asked + "-next")
    (root / "pyproject.toml").write_text(PYPROJECT.replace(f'"{asked}"', f'"{other}"'))
    assert not lockfiles.are_in_step(root)


def test_other_words_in_pyproject_leave_the_lock_in_step(root: Path) -> None:
    """A comment or a description asks for no package."""
    (root / "pyproject.toml").write_text("# a comment\n" + PYPROJECT)
    assert lockfiles.are_in_step(root)


def test_one_stale_file_puts_the_lock_out_of_step(root: Path) -> None:
    """All three are made together, so one alone is never right."""
    lockfiles.lock_file(root, "run").write_text("# made by hand\n")
    assert not lockfiles.are_in_step(root)


def test_each_group_asks_for_all_below_it() -> None:
    """The lock for tests holds what running needs; no line names an index."""
    target = Path("requirements/test.txt")
    command = lockfiles.compile_command("uv", "test", target)
    assert command[-2:] == ("--output-file", str(target))
    options = " ".join(command)
    assert "--extra services --group build --group test" in options
    assert "--group check" not in options
    assert {"--generate-hashes", "--universal", "--no-emit-index-url"} <= set(command)
