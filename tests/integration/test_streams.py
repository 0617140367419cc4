"""What a shell can do to the command's words and streams."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from command_runs import environment, finished, started
from platforms import Platform

NO_TEXT = os.fsdecode(b"a\xff")
"""A word that is no UTF-8, as it comes from a shell."""


def test_a_reader_that_has_gone_is_no_failure(played: Platform) -> None:
    """`companyos log show | head -1` ends quietly, with the answer's own status."""
    process = started(played.root, "log", "show")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    run = finished(process)
    assert (run.status, run.err) == (0, "")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (2, ("release", "show", NO_TEXT)),
        (2, ("release", "build", NO_TEXT)),
        (2, ("release", "build", "7.0.0", "--notes", NO_TEXT)),
        (2, ("release", "build", "7.0.0", "--artifact", f"api={NO_TEXT}")),
        (2, ("promote", "1.0.0", "--to", "staging", "--yes", "--operation", NO_TEXT)),
        (2, ("promote", "1.0.0", "--to", NO_TEXT, "--yes")),
        (2, ("flags", "eval", NO_TEXT, "--tenant", "pilot-a")),
        (2, ("flags", "eval", "bulk-export", "--tenant", "pilot-a", "--ref", NO_TEXT)),
        (1, ("identity", "get", NO_TEXT, NO_TEXT)),
        (2, ("validate", NO_TEXT)),
        (2, ("--repo", NO_TEXT, "status")),
        (2, ("validate", "--today", NO_TEXT)),
    ],
)
def test_a_word_that_is_no_text_is_an_answer_and_no_bug(
    released: Platform, status: int, words: tuple[str, ...]
) -> None:
    """It is shown written out, changes nothing, and JSON stays JSON."""
    before = released.log()
    run = released.run(*words, "-o", "json")
    assert run.status == status, run
    assert str(run.json()["schema"]).startswith("companyos.")
    assert "Traceback" not in run.err
    assert released.log() == before


def test_a_pull_agent_that_is_interrupted_says_nothing_more(
    released: Platform, tmp_path: Path
) -> None:
    """Ctrl-C is how it ends: status 130, and the folder stays whole."""
    words = ("sync", "--stage", "dev", "--out", tmp_path / "run", "--interval", "60")
    process = started(released.root, *words)
    assert process.stdout is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    run = finished(process)
    assert first.startswith("updated: ")
    assert (run.status, run.out, run.err) == (130, "", "")
    assert (tmp_path / "run/current/manifest.json").is_file()


def test_a_bug_is_a_sentence_and_a_file_with_its_details(tmp_path: Path) -> None:
    """Status 70, nothing on stdout, and no traceback on anybody's screen."""
    program = Path(__file__).with_name("broken_command.py")
    env = environment(TMPDIR=str(tmp_path))
    run = finished(started(tmp_path, "status", program=program, env=env))
    assert (run.status, run.out) == (70, "")
    assert run.err.startswith("error: this is a bug in companyos: ZeroDivisionError")
    assert "Traceback" not in run.err
    [details] = tmp_path.iterdir()
    assert str(details) in run.err
    assert "nobody expected this" in details.read_text()


def test_a_bug_where_nothing_can_be_written_is_told_whole(tmp_path: Path) -> None:
    """The details are all there is then, and the status is the same."""
    program = Path(__file__).with_name("broken_command.py")
    run = finished(
        started(tmp_path, "status", program=program, env=environment(NO_ROOM="1"))
    )
    assert (run.status, run.out) == (70, "")
    assert run.err.startswith("error: this is a bug in companyos: ZeroDivisionError")
    assert "please send us Traceback" in run.err
