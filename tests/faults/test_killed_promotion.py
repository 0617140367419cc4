"""Promotions and rollbacks that are killed: all of it is there, or nothing."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from command_runs import Run, companyos, environment, finished, started
from git_clones import git, snapshot
from platforms import Platform

PROMOTION = ("promote", "1.0.0", "--to", "staging", "--yes")
ROLLBACK = (
    *("rollback", "pilot", "--reason", "exports are slow", "--confirm", "pilot"),
    *("--operation", "incident-7"),
)
# What each leaves in the log, once.
SUBJECTS = {PROMOTION: "staging: v1.0.0", ROLLBACK: "pilot: roll back to v1.0.0"}
KILLED = -signal.SIGKILL
KILLER = """\
#!/bin/sh
echo "$*" >> "$GIT_CALLS"
if [ "$(wc -l < "$GIT_CALLS")" -eq "$FATAL_CALL" ]; then
    kill -KILL "$PPID"
    [ -n "$GO_ON" ] || exit 1
    exec > "$GIT_CALLS.last" 2>&1
fi
"$REAL_GIT" "$@"
status=$?
echo done >> "$GIT_CALLS.done"
exit $status
"""
"""Stands in for git: counts calls, and at one of them kills whoever called."""

Order: TypeAlias = tuple[str, ...]


def environment_with_killer(folder: Path) -> Mapping[str, str]:
    """Return an environment in which git can kill its caller, and counts its calls."""
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(KILLER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    real = shutil.which("git")
    assert real is not None
    return environment(
        PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        REAL_GIT=real,
        GIT_CALLS=str(folder / "calls"),
        FATAL_CALL="0",
        GO_ON="",
    )


@pytest.fixture
def killer(tmp_path: Path) -> Mapping[str, str]:
    """Return an environment in which git can kill its caller."""
    return environment_with_killer(tmp_path)


@pytest.fixture(scope="session")
def calls(
    released_platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Return every call of git that a promotion makes."""
    folder = tmp_path_factory.mktemp("calls")
    platform = released_platform.copy(folder / "platform")
    env = environment_with_killer(folder)
    assert companyos(platform.root, *PROMOTION, env=env).status == 0
    return (folder / "calls").read_text().splitlines()


@dataclass(frozen=True, slots=True)
class Seen:
    """What others see at the remote, and what is the user's own in the clone."""

    refs: str
    log: tuple[str, ...]
    tags: frozenset[str]
    mine: Mapping[str, str]

    @classmethod
    def at(cls, platform: Platform) -> Seen:
        """Look at both."""
        return cls(
            refs=git(platform.remote, "for-each-ref"),
            log=tuple(platform.log()),
            tags=frozenset(platform.tags()),
            mine=snapshot(platform.root),
        )


def require_all_or_nothing(platform: Platform, before: Seen, order: Order) -> bool:
    """Return whether the entry is there; it came with its tag, and nothing else did."""
    after = Seen.at(platform)
    assert after.mine == before.mine
    if after.refs == before.refs:
        return False
    new_tag = f"promote/{SUBJECTS[order].split(':')[0]}/{len(before.log)}"
    assert after.log == (*before.log, SUBJECTS[order])
    assert after.tags == before.tags | {new_tag}
    assert companyos(platform.clone("before"), "log", "verify").status == 0
    return True


def require_safe_to_repeat(platform: Platform, before: Seen, order: Order) -> None:
    """Run it again: it ends well, and the log has the entry exactly once."""
    again = platform.run(*order)
    assert again.status == 0, again
    assert platform.log() == [*before.log, SUBJECTS[order]]
    assert snapshot(platform.root) == before.mine
    assert companyos(platform.clone("after"), "log", "verify").status == 0


def kill_at(platform: Platform, boundary: str, order: Order) -> Run:
    """Run the command until the boundary."""
    program = Path(__file__).with_name("killed_command.py")
    return finished(started(platform.root, boundary, *order, program=program))


@pytest.mark.parametrize(
    "boundary",
    [
        pytest.param("objects-written", marks=pytest.mark.slow),
        *("before-push", "after-push"),
    ],
)
def test_a_promotion_killed_between_its_steps_leaves_all_or_nothing(
    released: Platform, boundary: str
) -> None:
    """Only after the push is it there, whole; repeating it is safe either way."""
    before = Seen.at(released)
    assert kill_at(released, boundary, PROMOTION).status == KILLED
    arrived = require_all_or_nothing(released, before, PROMOTION)
    assert arrived == (boundary == "after-push")
    require_safe_to_repeat(released, before, PROMOTION)


@pytest.mark.parametrize(
    "boundary",
    [
        pytest.param("objects-written", marks=pytest.mark.slow),
        pytest.param("before-push", marks=pytest.mark.slow),
        "after-push",
    ],
)
def test_a_rollback_killed_between_its_steps_leaves_all_or_nothing(
    upgraded: Platform, boundary: str
) -> None:
    """With its operation named, a rollback that is repeated goes back once only."""
    before = Seen.at(upgraded)
    assert kill_at(upgraded, boundary, ROLLBACK).status == KILLED
    arrived = require_all_or_nothing(upgraded, before, ROLLBACK)
    assert arrived == (boundary == "after-push")
    require_safe_to_repeat(upgraded, before, ROLLBACK)


def test_a_push_that_outlives_its_command_is_found_again(
    released: Platform, killer: Mapping[str, str], calls: list[str], tmp_path: Path
) -> None:
    """The command dies, its push does not: the entry is there, and is not doubled."""
    push = next(number for number, call in enumerate(calls, 1) if " push " in call)
    before = Seen.at(released)
    run = killed_at_call(released, killer, push, go_on=True)
    assert run.status == KILLED
    wait_for_lines(tmp_path / "calls.done", push)
    assert require_all_or_nothing(released, before, PROMOTION)
    require_safe_to_repeat(released, before, PROMOTION)


@pytest.mark.slow
def test_a_promotion_killed_at_any_call_of_git_leaves_all_or_nothing(
    released_platform: Platform,
    killer: Mapping[str, str],
    calls: list[str],
    tmp_path: Path,
) -> None:
    """Before every single call, from the first look to the last note."""
    for number in range(1, len(calls) + 1):
        platform = released_platform.copy(tmp_path / f"call-{number}")
        (tmp_path / "calls").unlink(missing_ok=True)
        before = Seen.at(platform)
        assert killed_at_call(platform, killer, number).status == KILLED, number
        require_all_or_nothing(platform, before, PROMOTION)
        require_safe_to_repeat(platform, before, PROMOTION)
        shutil.rmtree(platform.folder)


def killed_at_call(
    platform: Platform, killer: Mapping[str, str], number: int, *, go_on: bool = False
) -> Run:
    """Promote until that call of git."""
    env = {**killer, "FATAL_CALL": str(number), "GO_ON": "yes" if go_on else ""}
    return companyos(platform.root, *PROMOTION, env=env)


def wait_for_lines(path: Path, count: int) -> None:
    """Wait until so many calls of git are over, whoever started them."""
    deadline = time.monotonic() + 10
    while len(path.read_text().splitlines()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
