"""Several promoters at once, from clones of their own: each entry exactly once."""

from __future__ import annotations

import shutil
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from command_runs import Run, companyos
from git_clones import git
from platforms import Platform, release

HOLD_FIRST_PUSH = """\
#!/bin/sh
if mkdir first-push 2>/dev/null; then sleep 1.5; fi
"""
"""A hook of the remote: whoever pushes first waits, so that others can get ahead."""


def clones_of(platform: Platform, count: int) -> list[Path]:
    """Return clones with the owner's key, as several machines would have them."""
    clones = [platform.clone(f"clone-{number}") for number in range(count)]
    for clone in clones:
        private = clone / ".git" / "companyos"
        private.mkdir()
        shutil.copy(platform.key, private)
    return clones


def make_first_push_wait(platform: Platform) -> None:
    """Let two pushes overlap for certain."""
    hook = platform.remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOLD_FIRST_PUSH)
    hook.chmod(hook.stat().st_mode | stat.S_IXUSR)


def race(clones: list[Path], orders: list[tuple[str, ...]]) -> list[Run]:
    """Start all at once, each in its clone, and wait for all."""
    with ThreadPoolExecutor(len(clones)) as pool:
        runs = [
            pool.submit(companyos, clone, *order)
            for clone, order in zip(clones, orders, strict=True)
        ]
        return [run.result() for run in runs]


def require_sound(platform: Platform) -> None:
    """The log verifies, and each move has its tag and each tag its entry."""
    run = companyos(platform.clone("auditor"), "log", "verify", "-o", "json")
    assert run.status == 0, run
    log = platform.log()
    assert run.json()["size"] == len(log)
    tagged = [subject for subject in log if not subject.startswith("trust")]
    assert len(platform.tags()) == len(tagged)


def promotion(version: str, stage: str) -> tuple[str, ...]:
    """Return the words that bring a release to a stage."""
    return ("promote", version, "--to", stage, "--yes")


@pytest.mark.slow
def test_two_promoters_of_different_stages_both_arrive(released: Platform) -> None:
    """Whoever loses the race decides anew on the winner's log, and arrives as well."""
    release(released, "1.1.0")
    clones = clones_of(released, 2)
    make_first_push_wait(released)
    before = released.log()
    runs = race(clones, [promotion("1.0.0", "staging"), promotion("1.1.0", "dev")])
    assert [run.status for run in runs] == [0, 0], runs
    assert (released.remote / "first-push").is_dir()
    assert Counter(released.log()[len(before) :]) == Counter(
        ["staging: v1.0.0", "dev: v1.1.0"]
    )
    require_sound(released)


def test_two_promoters_of_the_same_release_make_one_entry(released: Platform) -> None:
    """Both end well; one of them finds that it is there already."""
    clones = clones_of(released, 2)
    make_first_push_wait(released)
    before = released.log()
    runs = race(clones, [promotion("1.0.0", "staging")] * 2)
    assert [run.status for run in runs] == [0, 0], runs
    assert released.log() == [*before, "staging: v1.0.0"]
    require_sound(released)


@pytest.mark.slow
def test_whoever_planned_on_a_stage_that_changed_is_told_to_look_again(
    released: Platform,
) -> None:
    """Of two releases for one stage only one follows what both of them were shown."""
    release(released, "1.1.0")
    release(released, "1.2.0")
    clones = clones_of(released, 2)
    make_first_push_wait(released)
    before = released.log()
    runs = race(clones, [promotion("1.1.0", "dev"), promotion("1.2.0", "dev")])
    assert sorted(run.status for run in runs) == [0, 1], runs
    loser = next(run for run in runs if run.status == 1)
    assert "since the plan was shown" in loser.out
    assert len(released.log()) == len(before) + 1
    require_sound(released)


@pytest.mark.slow
def test_eight_promoters_at_once_each_arrive_exactly_once(released: Platform) -> None:
    """Each that tries again arrives, whoever was refused at first; none does twice."""
    versions = [f"2.{number}.0" for number in range(8)]
    for version in versions:
        release(released, version)
    before = released.log()
    waiting = dict(zip(versions, clones_of(released, 8), strict=True))
    rounds = 0
    while waiting:
        rounds += 1
        assert rounds <= len(versions), "no round may end without one that arrived"
        orders = [promotion(version, "dev") for version in waiting]
        runs = race(list(waiting.values()), orders)
        assert {run.status for run in runs} <= {0, 1, 3}, runs
        waiting = {
            version: clone
            for (version, clone), run in zip(waiting.items(), runs, strict=True)
            if run.status
        }
    arrived = released.log()[len(before) :]
    assert Counter(arrived) == Counter(f"dev: v{version}" for version in versions)
    require_sound(released)


@pytest.mark.slow
def test_eight_promoters_of_one_operation_make_one_entry(released: Platform) -> None:
    """A job that was started eight times over is done once."""
    before = released.log()
    order = (*promotion("1.0.0", "staging"), "--operation", "job-1")
    runs = race(clones_of(released, 8), [order] * 8)
    assert [run.status for run in runs] == [0] * 8, runs
    assert released.log() == [*before, "staging: v1.0.0"]
    require_sound(released)
    assert git(released.remote, "tag", "--list", "promote/staging/*").count("\n") == 0
