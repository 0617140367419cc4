"""The lock, the version and the changelog agree with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import dev
import lockfiles
from lockfiles import GROUPS

PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def pins(root: Path, group: str) -> dict[str, str]:
    """Return the version of each package that the lock of `group` holds."""
    return dict(PIN.findall(lockfiles.lock_file(root, group).read_text("utf-8")))


def asked(root: Path) -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for, by the group that installs it."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    services = project["optional-dependencies"].pop("services")
    optional = [
        line for lines in project["optional-dependencies"].values() for line in lines
    ]
    lines = {
        "run": [*project["dependencies"], *services, *groups["build"]],
        # Tests try every extra; a tour needs the services alone.
        "test": [*groups["test"], *optional],
        "check": groups["check"],
        "bench": groups["bench"],
    }
    return {group: [Requirement(line) for line in lines[group]] for group in GROUPS}


@pytest.mark.parametrize("group", GROUPS)
def test_every_direct_dependency_is_locked(group: str, root: Path) -> None:
    """What pyproject.toml asks for is in its group's lock, at a version it allows."""
    locked = pins(root, group)
    missing = [
        str(wanted)
        for wanted in asked(root)[group]
        if not wanted.specifier.contains(
            locked.get(canonicalize_name(wanted.name), "0")
        )
    ]
    assert missing == []


@pytest.mark.parametrize(("smaller", "larger"), list(pairwise(GROUPS)))
def test_a_larger_lock_holds_the_smaller_one(
    smaller: str, larger: str, root: Path
) -> None:
    """No package has two versions, whichever task was run first."""
    assert pins(root, smaller).items() <= pins(root, larger).items()


@pytest.mark.parametrize("group", GROUPS)
def test_every_package_is_locked_by_hash_and_from_nowhere(
    group: str, root: Path
) -> None:
    """Each version comes with hashes and no line names a place to fetch it from."""
    text = lockfiles.lock_file(root, group).read_text("utf-8")
    assert "://" not in text
    unhashed = re.findall(r"^[a-z0-9-]+==(?:.*[^\\\n])$", text, re.MULTILINE)
    assert unhashed == []
    assert text.count(" \\\n    --hash=sha256:") >= len(pins(root, group))


def test_the_lock_was_made_from_the_dependencies_of_today(root: Path) -> None:
    """A change of dependencies comes with the lock it leads to."""
    assert lockfiles.are_in_step(root)


def test_make_knows_the_tasks(root: Path) -> None:
    """Every task of the runner can be asked for with make, and nothing else can."""
    makefile = (root / "Makefile").read_text("utf-8")
    named = re.findall(r"^TASKS = (.+)$", makefile, re.MULTILINE)
    assert named[0].split() == [*dev.TASKS, "help"]


def test_the_changelog_knows_the_version(root: Path) -> None:
    """Unreleased comes first, and this version has a heading or is still to come."""
    source = (root / "src/companyos/__init__.py").read_text("utf-8")
    version = re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    first, *released = re.findall(r"^## \[?([^\]\s]+)", changelog, re.MULTILINE)
    assert first == "Unreleased"
    assert len(version) == 1
    assert version[0] in released or all(
        Version(version[0]) > Version(number) for number in released
    )
