"""Every way to tamper with the log of a played platform, found from a clone alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from command_runs import Run, companyos
from companyos.releases.envelopes import unverified_payload
from companyos.releases.paths import entry_path
from companyos.signing import KeySigner, generate_key
from git_clones import git
from platforms import Platform

ENTRIES = 10
TAG = "promote/pilot/9"
"""The newest entry's tag."""

SOME = [0, 4, ENTRIES - 1]
EVERY = [
    index if index in SOME else pytest.param(index, marks=pytest.mark.slow)
    for index in range(ENTRIES)
]

Edit: TypeAlias = Callable[[bytes], bytes]


@pytest.fixture
def clone(played_platform: Platform, tmp_path: Path) -> Path:
    """Return a fresh clone of the played platform, anywhere else."""
    git(tmp_path, "clone", "-q", str(played_platform.remote), "clone")
    return tmp_path / "clone"


def one_byte_changed(data: bytes) -> bytes:
    """Return the bytes with one bit of one of them turned."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def signed_by_a_stranger(data: bytes) -> bytes:
    """Return the same entry under the signature of somebody else's key."""
    return KeySigner(generate_key()).sign(unverified_payload(data))


def rewrite_history(clone: Path, index: int, edit: Edit, *, mode: str) -> None:
    """Make the branch anew as if the entry had been added with other bytes."""
    path = entry_path(index)
    forged = clone / "forged"
    forged.write_bytes(edit((clone / path).read_bytes()))
    blob = git(clone, "hash-object", "-w", str(forged))
    forged.unlink()
    parent: list[str] = []
    for commit in git(clone, "rev-list", "--reverse", "main").splitlines():
        git(clone, "read-tree", commit)
        if git(clone, "ls-files", path):
            git(clone, "update-index", "--cacheinfo", f"{mode},{blob},{path}")
        message = git(clone, "log", "-1", "--format=%B", commit)
        tree = git(clone, "write-tree")
        parent = ["-p", git(clone, "commit-tree", *parent, "-m", message, tree)]
    git(clone, "reset", "-q", "--hard", parent[1])
    git(clone, "update-ref", "refs/remotes/origin/main", parent[1])


def commit_all(clone: Path) -> None:
    """Commit whatever changed, as anybody with a clone can."""
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "tidy up")


def refused(run: Run) -> str:
    """Return the complaint of a command that found tampering."""
    assert (run.status, run.out) == (4, ""), run
    assert "Traceback" not in run.err
    return run.err


def test_a_clone_of_an_honest_log_holds(clone: Path) -> None:
    """Whoever clones it elsewhere can verify all of it, without key or remote."""
    git(clone, "remote", "set-url", "origin", "/nowhere")
    run = companyos(clone, "log", "verify", "-o", "json")
    assert run.status == 0
    document = run.json()
    assert document["schema"] == "companyos.log-verification/v1"
    assert document["size"] == ENTRIES
    assert len(git(clone, "tag", "--list").splitlines()) == ENTRIES - 1


@pytest.mark.parametrize("index", EVERY)
def test_a_byte_changed_in_any_entry_and_committed_is_found(
    clone: Path, index: int
) -> None:
    """The commit that touched it gives it away, whatever the byte says."""
    path = clone / entry_path(index)
    path.write_bytes(one_byte_changed(path.read_bytes()))
    commit_all(clone)
    assert f"entry {index} " in refused(companyos(clone, "log", "verify"))


@pytest.mark.parametrize("index", EVERY)
def test_a_byte_changed_in_any_entry_of_the_work_tree_is_found(
    clone: Path, index: int
) -> None:
    """A file that is not the committed one is named, before anybody reads it."""
    path = clone / entry_path(index)
    path.write_bytes(one_byte_changed(path.read_bytes()))
    assert entry_path(index) in refused(companyos(clone, "log", "verify"))


@pytest.mark.parametrize("index", EVERY)
@pytest.mark.parametrize("edit", [one_byte_changed, signed_by_a_stranger])
def test_an_entry_forged_with_its_whole_history_is_found(
    clone: Path, index: int, edit: Edit
) -> None:
    """Where history is made anew around it, the entry's own signature does not hold."""
    rewrite_history(clone, index, edit, mode="100644")
    assert f"entry {index}" in refused(companyos(clone, "log", "verify"))


@pytest.mark.parametrize("index", SOME)
def test_an_entry_that_was_removed_is_found(clone: Path, index: int) -> None:
    """A deletion is a commit, and no commit may delete."""
    git(clone, "rm", "-q", entry_path(index))
    commit_all(clone)
    assert f"entry {index} " in refused(companyos(clone, "log", "verify"))


@pytest.mark.parametrize("index", SOME)
def test_an_entry_that_became_a_symbolic_link_is_found(clone: Path, index: int) -> None:
    """A link could lead anywhere; the kind of file is part of the history."""
    path = clone / entry_path(index)
    path.rename(path.with_suffix(".moved"))
    target = path.with_suffix(".moved").rename(clone / "elsewhere.json")
    path.symlink_to(target)
    uncommitted = refused(companyos(clone, "log", "verify"))
    commit_all(clone)
    committed = refused(companyos(clone, "log", "verify"))
    assert entry_path(index) in uncommitted
    assert f"entry {index} " in committed


def test_an_entry_that_always_was_a_symbolic_link_is_found(clone: Path) -> None:
    """So it is where history was made anew with it."""
    rewrite_history(clone, 4, lambda data: data, mode="120000")
    assert "entry 4" in refused(companyos(clone, "log", "verify"))


def test_a_commit_that_adds_two_entries_is_found(clone: Path) -> None:
    """One entry is one commit: nothing can be slipped in beside another."""
    two_at_once = git(
        clone, "commit-tree", "-p", "main~2", "-m", "both at once", "main^{tree}"
    )
    git(clone, "reset", "-q", "--hard", two_at_once)
    git(clone, "update-ref", "refs/remotes/origin/main", two_at_once)
    complaint = refused(companyos(clone, "log", "verify"))
    assert f"entry {ENTRIES - 1}" in complaint
    assert "more than one entry" in complaint


def test_a_file_that_is_no_entry_is_found(clone: Path) -> None:
    """Nothing but entries lives in the log's folder."""
    (clone / "releases/log/000000/note.txt").write_text("hello")
    commit_all(clone)
    assert "note.txt" in refused(companyos(clone, "log", "verify"))


@pytest.mark.parametrize("back", [1, 3])
def test_a_log_cut_off_at_the_remote_is_found_by_its_tags(
    played: Platform, back: int
) -> None:
    """The tags of the entries that are gone remain, and no entry made them."""
    git(played.remote, "update-ref", "refs/heads/main", f"main~{back}")
    complaint = refused(companyos(played.clone(), "log", "verify"))
    assert "promote/" in complaint


def test_a_log_cut_off_with_its_tags_is_found_by_whoever_saw_it(
    played: Platform,
) -> None:
    """A stranger's clone cannot know; the clone that saw more remembers, and refuses.

    That is the limit of what a fresh clone alone can prove, and the docs say so.
    """
    git(played.remote, "update-ref", "refs/heads/main", "main~1")
    git(played.remote, "tag", "-d", TAG)
    assert companyos(played.clone(), "log", "verify").status == 0
    assert "cut off" in refused(played.run("status"))


def moved(clone: Path) -> None:
    """Point the tag at another commit, under the very same message."""
    message = git(clone, "for-each-ref", "--format=%(contents)", f"refs/tags/{TAG}")
    git(clone, "tag", "-f", "-a", "--cleanup=verbatim", "-m", message, TAG, "main~1")


def deleted(clone: Path) -> None:
    """Delete the tag."""
    git(clone, "tag", "-d", TAG)


def renamed(clone: Path) -> None:
    """Put the tag object of another tag where the tag is."""
    git(clone, "update-ref", f"refs/tags/{TAG}", "refs/tags/promote/pilot/8")


def lightweight(clone: Path) -> None:
    """Replace the tag with one that is a mere name for the commit."""
    git(clone, "tag", "-f", TAG, f"{TAG}^{{commit}}")


def reworded(clone: Path) -> None:
    """Replace the tag with one that says something else of the same commit."""
    git(clone, "tag", "-f", "-a", "-m", "pilot: v9.9.9", TAG, f"{TAG}^{{commit}}")


@pytest.mark.parametrize("act", [moved, deleted, renamed, lightweight, reworded])
def test_a_tag_that_disagrees_with_its_entry_is_found(
    clone: Path, act: Callable[[Path], None]
) -> None:
    """The entry decides, and the tag must be exactly the one the entry makes."""
    act(clone)
    assert f"`{TAG}`" in refused(companyos(clone, "log", "verify"))


@pytest.mark.parametrize("rogue", ["promote/pilot/77", "release/6.6.6", "promote/x"])
def test_a_tag_that_no_entry_made_is_found(clone: Path, rogue: str) -> None:
    """Names that look like the log's are the log's alone."""
    git(clone, "tag", "-a", "-m", "pilot: v6.6.6", rogue, "main")
    assert f"`{rogue}`" in refused(companyos(clone, "log", "verify"))


def test_a_tag_of_somebody_elses_is_none_of_the_logs_business(clone: Path) -> None:
    """Tags of other names are left alone."""
    git(clone, "tag", "v1.0.0")
    assert companyos(clone, "log", "verify").status == 0


def test_a_complaint_is_a_document_too(clone: Path) -> None:
    """Programs get the same complaint as JSON, and the same status."""
    git(clone, "tag", "-d", TAG)
    run = companyos(clone, "log", "verify", "-o", "json")
    document: Mapping[str, object] = run.json()
    assert run.status == 4
    assert document["schema"] == "companyos.error/v1"
    assert TAG in str(document["message"])
