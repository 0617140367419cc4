"""`companyos demo`: the whole tour on real parts, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_runs import companyos, finished, started
from git_clones import git


@pytest.mark.slow  # every step in a process of its own; CI plays it anyway
def test_the_tour_holds_and_what_it_keeps_verifies_elsewhere(tmp_path: Path) -> None:
    """Every step ends as the tour says, and its log holds in anybody's clone."""
    kept = tmp_path / "tour"
    run = finished(started(tmp_path, "demo", "--keep", "tour"))
    assert run.status == 0, run.out[-2000:] + run.err
    assert "all of it held, in " in run.out
    assert str(Path("tour", "platform")) in run.out.splitlines()[-1]
    elsewhere = tmp_path / "elsewhere"
    git(tmp_path, "clone", "-q", str(kept / "platform.git"), str(elsewhere))
    verified = companyos(elsewhere, "log", "verify")
    assert verified.status == 0, verified
    again = companyos(tmp_path, "demo", "--keep", "tour")
    assert (again.status, again.out) == (2, "")
