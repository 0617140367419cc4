"""What a clone remembers of the log, and what it makes of it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from companyos.errors import IntegrityError, UnavailableError, UsageError
from companyos.releases.state import EMPTY
from companyos.releases.verification import LastSeen, Verified
from companyos_cli.console import Console
from companyos_cli.ledger import Ledger, write_whole
from companyos_cli.session import Session
from companyos_cli.wiring import Workspace
from conftest import Git

HEAD = "a" * 40


@pytest.fixture
def ledger(git: Git) -> Ledger:
    """Return the ledger of a new repository, whose log has not begun."""
    config = git.directory / "config"
    config.mkdir()
    (config / "stages.yaml").write_text(
        "log: {branch: releases, remote: origin}\nstages: {dev: {}}\n"
    )
    return fresh(git.directory)


def fresh(root: Path) -> Ledger:
    """Return a ledger as the next run of the command makes it."""
    session = Session(Console(io.StringIO(), io.StringIO()))
    return Ledger(Workspace(root, session))


def memory(ledger: Ledger) -> Path:
    """Return where the clone keeps what it last saw."""
    return ledger.workspace.root / ".git" / "companyos" / "last-seen.json"


def test_a_new_clone_remembers_nothing(ledger: Ledger) -> None:
    """And verifying an empty log leaves it so."""
    assert ledger.last_seen is None
    assert ledger.read_here() == Verified()
    assert not memory(ledger).exists()


def test_what_was_seen_is_there_in_the_next_run(ledger: Ledger) -> None:
    """Size, root and commit come back, from a folder Git never shares."""
    write_whole(
        memory(ledger), json.dumps({"size": 3, "root": "r", "head": HEAD}).encode()
    )
    assert fresh(ledger.workspace.root).last_seen == LastSeen(3, "r", HEAD)


def test_a_log_that_is_gone_is_refused_by_whoever_saw_it(ledger: Ledger) -> None:
    """Nothing at all, where there was something, is an integrity failure."""
    write_whole(
        memory(ledger), json.dumps({"size": 3, "root": "r", "head": HEAD}).encode()
    )
    with pytest.raises(IntegrityError, match="gone"):
        ledger.read_here()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"size": "x"}', b"\xff"])
def test_a_memory_that_cannot_be_read_is_not_taken_for_none(
    ledger: Ledger, data: bytes
) -> None:
    """Forgetting must not be a way around what was remembered."""
    write_whole(memory(ledger), data)
    with pytest.raises(IntegrityError, match="seen last cannot be read"):
        _ = ledger.last_seen


def test_a_log_that_was_not_started_says_how(ledger: Ledger) -> None:
    """Where a command needs entries, there is a usage error with the next step."""
    with pytest.raises(UsageError, match="no release log yet") as caught:
        ledger.read_started(offline=True)
    assert "trust init" in str(caught.value.hint)


def test_nothing_verified_is_nothing_to_remember(ledger: Ledger) -> None:
    """A log without entries leaves no memory behind."""
    ledger.remember(Verified(EMPTY, HEAD))
    assert not memory(ledger).exists()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """A reader that holds the old file open keeps it; nothing else is left over."""
    path = tmp_path / "folder" / "file"
    write_whole(path, b"old")
    with path.open("rb") as reader:
        write_whole(path, b"new, and longer")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new, and longer"
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    """It is said, not a fault of ours, and nothing half written is left over."""
    (tmp_path / "file" / "in the way").mkdir(parents=True)
    with pytest.raises(UnavailableError, match="cannot be written"):
        write_whole(tmp_path / "file", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
