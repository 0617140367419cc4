"""Names, settings and objects that somebody prepared."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from companyos.errors import IntegrityError, UnavailableError, UsageError
from companyos.releases.store import Author, Outcome, Publication
from git_clones import (
    AT,
    AUTHOR,
    LOG,
    commit,
    entry,
    git,
    opened,
)


@pytest.mark.parametrize(
    "odd",
    ["--upload-pack=x", "-x", "..", "a..b", "a b", "a\nb", "a\x1bb", "a:b", ":/x", ""],
)
def test_odd_names_do_not_reach_git(quiet_clone: Path, odd: str) -> None:
    """Nothing that could be an option, a range or a place is passed on."""
    store = opened(quiet_clone)
    head = store.resolve("HEAD")
    asks: tuple[Callable[[], object], ...] = (
        lambda: opened(quiet_clone, branch=odd),
        lambda: opened(quiet_clone, remote=odd),
        lambda: store.resolve(odd),
        lambda: store.view(f"refs/heads/{odd}"),
        lambda: store.files(odd, [LOG]),
        lambda: store.contents([odd]),
        lambda: store.changes(LOG, until=odd),
        lambda: store.changes(LOG, until=head, since=odd),
        lambda: store.contains(odd, head),
        lambda: store.publish(entry(odd)),
        lambda: store.publish(entry(head, tag=odd)),
    )
    for ask in asks:
        with pytest.raises(UsageError) as caught:
            ask()
        assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/etc/x",
        "a//b",
        "a/./b",
        ".git/config",
        "a/.GIT/x",
        "a\\b",
        "a\0b",
        "a/",
        "",
        "-x",
        "--stdin",
        ":(glob)**",
    ],
)
def test_a_path_that_leaves_the_tree_does_not_reach_git(
    quiet_clone: Path, path: str
) -> None:
    """Only files inside the tree, outside of Git's own folder, are read or written."""
    store = opened(quiet_clone)
    head = store.resolve("HEAD")
    asks: tuple[Callable[[], object], ...] = (
        lambda: store.files(head, [path]),
        lambda: store.changes(path, until=head),
        lambda: store.worktree_changes(path),
        lambda: store.publish(Publication(None, {path: b""}, "one", AUTHOR, AT)),
    )
    for ask in asks:
        with pytest.raises(UsageError, match="not a path"):
            ask()


@pytest.mark.parametrize(
    "author", [Author("", "a@b"), Author("A <x>", "a@b"), Author("A", "a\nb")]
)
def test_an_author_who_would_break_the_commit_is_refused(
    quiet_clone: Path, author: Author
) -> None:
    """Names cannot smuggle header lines into a commit or a tag."""
    with pytest.raises(UsageError, match="author"):
        opened(quiet_clone).publish(Publication(None, {"a": b""}, "m", author, AT))


def test_hostile_settings_run_nothing(clone: Path) -> None:
    """Hooks, monitors and programs named by the clone's settings are not started."""
    trap = clone / "trap"
    script = clone / "trap.sh"
    script.write_text(f"#!/bin/sh\necho $0 $* >>{trap}\nexit 0\n")
    script.chmod(0o755)
    hooks = clone / "hooks"
    hooks.mkdir()
    for hook in ("pre-push", "reference-transaction", "post-index-change"):
        (hooks / hook).symlink_to(script)
    for setting in (
        "core.fsmonitor",
        "remote.origin.uploadpack",
        "remote.origin.receivepack",
        "gpg.program",
        "core.alternateRefsCommand",
        "filter.trap.clean",
        "diff.trap.textconv",
        "diff.external",
        "core.pager",
        "core.editor",
    ):
        git(clone, "config", setting, str(script))
    git(clone, "config", "core.hooksPath", str(hooks))
    git(clone, "config", "log.showSignature", "true")
    git(clone, "config", "core.attributesFile", str(clone / "attributes"))
    (clone / "attributes").write_text("* filter=trap diff=trap\n")
    (clone / ".gitattributes").write_text("* filter=trap diff=trap\n")

    store = opened(clone)
    store.refresh()
    head = store.head()
    assert store.publish(entry(head)) is Outcome.PUBLISHED
    head = store.head()
    assert head is not None
    assert len(store.changes(LOG, until=head)) == 1
    assert store.files(head, [LOG, "README"])
    assert "trap.sh" in store.worktree_changes("trap.sh")
    assert opened(clone, branch="log", remote=None).publish(
        entry(None, 7, tag="promote/dev/7")
    )
    assert not trap.exists()


def test_reading_never_starts_a_transport(remote: Path, tmp_path: Path) -> None:
    """A partial clone's missing file is unavailable; its settings run no program."""
    git(remote, "config", "uploadpack.allowFilter", "true")
    where = tmp_path / "partial"
    address = f"file://{remote}"
    subprocess.run(
        ["git", "clone", "-qn", "--filter=blob:none", address, where], check=True
    )
    trap = tmp_path / "trap"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\nexec git-upload-pack $*\n")
    script.chmod(0o755)
    git(where, "config", "remote.origin.uploadpack", str(script))
    store = opened(where)
    (file,) = store.files(store.resolve("HEAD"), ["README"])
    with pytest.raises(UnavailableError):
        store.contents([file.blob])
    assert not trap.exists()


def test_replaced_objects_and_grafts_change_no_answer(clone: Path) -> None:
    """What the clone pretends about its history is not believed."""
    store = opened(clone, remote=None)
    first = git(clone, "rev-parse", "HEAD")
    true_head = commit(clone, f"{LOG}/0", "true")
    true_blob = git(clone, "rev-parse", f"HEAD:{LOG}/0")
    expected = store.changes(LOG, until=true_head)
    git(clone, "checkout", "-q", "--detach", first)
    forged = commit(clone, f"{LOG}/0", "forged")
    git(clone, "replace", true_head, forged)
    git(clone, "replace", true_blob, git(clone, "rev-parse", f"{forged}:{LOG}/0"))
    (clone / ".git" / "info").mkdir(exist_ok=True)
    (clone / ".git" / "info" / "grafts").write_text(f"{true_head}\n")
    assert store.contents([true_blob]) == (b"true",)
    assert store.changes(LOG, until=true_head) == expected
    assert store.contains(true_head, first)


def test_a_file_that_is_not_what_its_id_says_is_an_integrity_error(
    clone: Path,
) -> None:
    """Bytes swapped inside the object store are not handed out."""
    store = opened(clone, remote=None)
    good = git(clone, "rev-parse", "HEAD:README")
    other_file = clone / "other"
    other_file.write_text("other")
    other = git(clone, "hash-object", "-w", str(other_file))
    objects = clone / ".git" / "objects"
    source, target = (objects / name[:2] / name[2:] for name in (other, good))
    target.chmod(0o644)
    target.write_bytes(source.read_bytes())
    with pytest.raises((IntegrityError, UnavailableError)):
        store.contents([good])


def test_a_damaged_ref_is_not_an_empty_log(clone: Path) -> None:
    """A ref file that a power cut left empty is unreadable, which is not absent."""
    store = opened(clone, branch="log", remote=None)
    (clone / ".git" / "refs" / "heads" / "log").write_text("")
    with pytest.raises(UnavailableError, match="cannot be read"):
        store.head()
