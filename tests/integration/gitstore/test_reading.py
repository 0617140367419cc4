"""Reading a repository: tags, history, revisions and the work tree as they are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from companyos.errors import UsageError
from companyos.releases.store import Outcome
from git_clones import (
    LOG,
    clone_of,
    commit,
    entry,
    git,
    opened,
)


def test_a_moved_tag_is_seen_where_it_is_now(remote: Path, clone: Path) -> None:
    """A tag moved or deleted at the remote is reported so, and the user's is kept."""
    store = opened(clone)
    store.refresh()
    store.publish(entry(store.head()))
    start = git(remote, "rev-parse", "main^")
    git(remote, "update-ref", "refs/tags/promote/dev/0", start)
    store.refresh()
    (tag,) = store.tags(["promote/"])
    assert (tag.kind, tag.inner_name, tag.target) == ("commit", "", start)
    assert git(clone, "cat-file", "-t", "refs/tags/promote/dev/0") == "tag"
    git(remote, "tag", "-d", "promote/dev/0")
    store.refresh()
    assert store.tags(["promote/"]) == ()


def test_many_tags_do_not_stay_many_files(remote: Path, clone: Path) -> None:
    """A long log's tags are packed after they were fetched, and all of them told."""
    names = [f"promote/dev/{number}" for number in range(600)]
    steps = "".join(f"create refs/tags/{name} main\n" for name in names)
    subprocess.run(
        ["git", "-C", str(remote), "update-ref", "--stdin"],
        input=steps.encode(),
        check=True,
    )
    store = opened(clone)
    store.refresh()
    assert sorted(tag.name for tag in store.tags(["promote/"])) == sorted(names)
    loose = [
        path for path in (clone / ".git/refs/companyos").rglob("*") if path.is_file()
    ]
    assert loose == []


def test_tags_are_told_as_they_are(clone: Path) -> None:
    """Renamed, nested and pointless tags are not made to look like good ones."""
    store = opened(clone, remote=None)
    head = git(clone, "rev-parse", "HEAD")
    blob = git(clone, "rev-parse", "HEAD:README")
    git(clone, "tag", "-m", "one", "release/one", "HEAD")
    git(clone, "tag", "-m", "outer", "release/outer", "release/one")
    git(clone, "update-ref", "refs/tags/release/renamed", "refs/tags/release/one")
    git(clone, "tag", "-m", "a blob", "release/blob", blob)
    git(clone, "tag", "release/lightblob", blob)
    git(clone, "tag", "releases", "HEAD")
    tags = {tag.name.removeprefix("release/"): tag for tag in store.tags(["release/"])}
    assert {name: (tag.kind, tag.inner_name) for name, tag in tags.items()} == {
        "blob": ("tag", "release/blob"),
        "lightblob": ("blob", ""),
        "one": ("tag", "release/one"),
        "outer": ("tag", "release/outer"),
        "renamed": ("tag", "release/one"),
    }
    assert {name: tag.target for name, tag in tags.items()} == {
        "blob": "",
        "lightblob": "",
        "one": head,
        "outer": head,
        "renamed": head,
    }
    assert [tag.name for tag in store.tags(["rel", "release/o"])] == [
        "release/blob",
        "release/lightblob",
        "release/one",
        "release/outer",
        "release/renamed",
        "releases",
    ]
    assert store.tags([]) == ()


def test_changes_tell_what_the_first_parent_line_did(clone: Path) -> None:
    """Additions, edits and deletions come oldest first; a merge counts as one step."""
    store = opened(clone, remote=None)
    start = git(clone, "rev-parse", "HEAD")
    added = commit(clone, f"{LOG}/0", "a")
    commit(clone, "elsewhere", "not the log")
    git(clone, "checkout", "-qb", "side")
    commit(clone, f"{LOG}/0", "rewritten aside")
    commit(clone, f"{LOG}/1", "b")
    git(clone, "checkout", "-q", "main")
    commit(clone, "elsewhere", "again")
    git(clone, "merge", "-q", "--no-ff", "-m", "merge", "side")
    merged = git(clone, "rev-parse", "HEAD")
    (clone / LOG / "1").unlink()
    deleted = commit(clone, f"{LOG}/ä", "c")
    changes = store.changes(LOG, until=deleted)
    assert [(change.commit, change.status, change.path) for change in changes] == [
        (added, "A", f"{LOG}/0"),
        (merged, "M", f"{LOG}/0"),
        (merged, "A", f"{LOG}/1"),
        (deleted, "D", f"{LOG}/1"),
        (deleted, "A", f"{LOG}/ä"),
    ]
    assert store.changes(LOG, until=deleted, since=merged) == changes[3:]
    assert store.changes(LOG, until=start) == ()
    root = git(clone, "rev-list", "--max-parents=0", "HEAD")
    assert [change.status for change in store.changes("README", until=root)] == ["A"]


def test_a_log_that_a_merge_takes_from_the_other_side_is_a_change(clone: Path) -> None:
    """A merge whose log equals its second parent's has still replaced the first's."""
    store = opened(clone, remote=None)
    commit(clone, f"{LOG}/0", "true")
    git(clone, "checkout", "-qb", "side")
    commit(clone, f"{LOG}/0", "false")
    git(clone, "checkout", "-q", "main")
    commit(clone, f"{LOG}/1", "next")
    git(clone, "merge", "-q", "-s", "ours", "--no-commit", "side", check=False)
    git(clone, "read-tree", "side")
    git(clone, "commit", "-qm", "evil")
    evil = git(clone, "rev-parse", "HEAD")
    steps = [
        (change.status, change.path)
        for change in store.changes(LOG, until=evil)
        if change.commit == evil
    ]
    assert steps == [("M", f"{LOG}/0"), ("D", f"{LOG}/1")]


def test_a_shallow_clone_is_refused_where_the_past_counts(
    remote: Path, tmp_path: Path
) -> None:
    """Half a history is not verified, and not written on either."""
    where = tmp_path / "shallow"
    seed = clone_of(remote, tmp_path / "more")
    commit(seed, "more", "more")
    git(seed, "push", "-q", "origin", "main")
    address = f"file://{remote}"
    subprocess.run(["git", "clone", "-q", "--depth=1", address, where], check=True)
    store = opened(where)
    head = git(where, "rev-parse", "HEAD")
    for ask in (
        lambda: store.changes(LOG, until=head),
        lambda: store.contains(head, head),
        lambda: store.publish(entry(head)),
    ):
        with pytest.raises(UsageError, match="shallow") as caught:
            ask()
        assert "--unshallow" in str(caught.value.hint)


def test_contains_tells_history_from_the_rest(clone: Path) -> None:
    """An ancestor is contained, a descendant, a stranger or a missing one is not."""
    store = opened(clone, remote=None)
    old = git(clone, "rev-parse", "HEAD")
    new = commit(clone, "new", "new")
    missing = "1" * 40
    assert store.contains(new, old)
    assert store.contains(new, new)
    assert not store.contains(old, new)
    assert not store.contains(new, missing)
    with pytest.raises(UsageError, match="not a commit"):
        store.contains(missing, new)


def test_resolve_names_one_commit(clone: Path) -> None:
    """Branches, tags and shorthands resolve; trees, blobs and nothing do not."""
    store = opened(clone)
    first = git(clone, "rev-parse", "HEAD")
    second = commit(clone, "new", "new")
    git(clone, "tag", "-m", "v1", "release/v1", first)
    for revision in ("HEAD~1", "HEAD^", "release/v1", "origin/main", first[:12]):
        assert store.resolve(revision) == first
    assert store.resolve("main") == store.resolve("@") == second
    tree = git(clone, "rev-parse", "HEAD^{tree}")
    for revision in ("nowhere", tree, "1" * 40):
        with pytest.raises(UsageError, match="names no commit"):
            store.resolve(revision)


def test_work_tree_changes_are_told_by_the_bytes(clone: Path) -> None:
    """Edited, new, ignored, missing and replaced files are named; equal ones not."""
    for name in ("same", "edited", "gone", "linked", "touched"):
        commit(clone, f"config/{name}.yaml", name)
    (clone / ".gitignore").write_text("ignored.yaml\n")
    store = opened(clone)
    assert store.worktree_changes("config") == ()
    config = clone / "config"
    edited = config / "edited.yaml"
    edited.write_text("EDITED")
    git(clone, "update-index", "--assume-unchanged", "config/edited.yaml")
    (config / "gone.yaml").unlink()
    (config / "new.yaml").write_text("new")
    (config / "ignored.yaml").write_text("ignored")
    (config / "linked.yaml").unlink()
    (config / "linked.yaml").symlink_to("same.yaml")
    os.utime(config / "touched.yaml", (0, 0))
    assert store.worktree_changes("config") == tuple(
        f"config/{name}.yaml" for name in ("edited", "gone", "ignored", "linked", "new")
    )
    assert store.worktree_changes("nowhere") == ()


def test_another_place_than_the_root_is_refused(clone: Path, tmp_path: Path) -> None:
    """A folder inside a repository, or outside of any, is not silently widened."""
    inside = clone / "inside"
    inside.mkdir()
    with pytest.raises(UsageError, match="not the root"):
        opened(inside)
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(UsageError, match="not a Git repository"):
        opened(outside)
    with pytest.raises(UsageError, match="not a directory"):
        opened(tmp_path / "none")


def test_an_environment_that_points_elsewhere_is_refused(
    clone: Path, tmp_path: Path, remote: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`GIT_DIR`, as hooks set it, cannot put another repository in place."""
    other = clone_of(remote, tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    with pytest.raises(UsageError, match="not the root"):
        opened(clone)
    monkeypatch.setenv("GIT_DIR", str(clone / ".git"))
    assert opened(clone).head() is not None


def test_a_linked_work_tree_is_a_repository_too(clone: Path, tmp_path: Path) -> None:
    """The log can be published from any work tree of the clone."""
    linked = tmp_path / "linked"
    git(clone, "worktree", "add", "-q", "-b", "topic", str(linked))
    store = opened(linked)
    store.refresh()
    assert store.publish(entry(store.head())) is Outcome.PUBLISHED
    with pytest.raises(UsageError, match="checked out"):
        opened(clone, branch="topic", remote=None).publish(entry(None))
