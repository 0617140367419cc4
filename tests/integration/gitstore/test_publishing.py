"""Publishing to a remote and without one: what appears, and what does not."""

from __future__ import annotations

import subprocess
from itertools import count
from pathlib import Path

import pytest

from companyos.errors import UnavailableError, UsageError
from companyos.releases.store import Outcome, Store
from git_clones import (
    AT,
    LOG,
    bare_at,
    clone_of,
    commit,
    entry,
    git,
    opened,
    snapshot,
)
from store_contract import Clones, StoreContract


class TestWithRemote(StoreContract):
    """What the release log relies on, with a remote that begins empty."""

    @pytest.fixture
    def clones(self, tmp_path: Path) -> Clones:
        """Return what makes another clone of the one remote."""
        shared = bare_at(tmp_path / "shared.git")
        numbers = count()

        def clone() -> Store:
            return opened(clone_of(shared, tmp_path / f"clone-{next(numbers)}"))

        return clone


class TestWithoutRemote(StoreContract):
    """The same, where the log is a branch of the one repository."""

    @pytest.fixture
    def clones(self, tmp_path: Path) -> Clones:
        """Return what opens the one repository again."""
        subprocess.run(["git", "init", "-q", str(tmp_path / "own")], check=True)
        return lambda: opened(tmp_path / "own", branch="log", remote=None)


def test_a_publication_appears_with_its_tag(remote: Path, clone: Path) -> None:
    """Branch and tag are at the remote, as asked, by the author and time given."""
    store = opened(clone)
    store.refresh()
    parent = store.head()

    assert store.publish(entry(parent)) is Outcome.PUBLISHED

    head = git(remote, "rev-parse", "main")
    assert store.head() == head
    assert git(remote, "rev-parse", "main^") == parent
    assert git(remote, "show", f"main:{LOG}/00000000.json") == '{"entry":0}'
    assert git(remote, "show", "main:README") == "hello"
    assert git(remote, "show", "-s", "--format=%an %ae %cn %ce %at %ct", head) == (
        f"Ada ada@example.test Ada ada@example.test {AT.timestamp():.0f} "
        f"{AT.timestamp():.0f}"
    )
    (tag,) = store.tags(["promote/"])
    assert (tag.name, tag.inner_name) == ("promote/dev/0", "promote/dev/0")
    assert (tag.kind, tag.target) == ("tag", head)
    assert tag.message == "dev: v0\n\nLog-Size: 1\n"
    assert git(remote, "rev-parse", "promote/dev/0^{commit}") == head
    git(remote, "fsck", "--strict")


def test_a_store_is_what_the_log_asks_for(clone: Path) -> None:
    """The store and its views fit the protocol of the release log."""
    stores: tuple[Store, ...] = (opened(clone), opened(clone).view("HEAD"))
    assert [store.head() for store in stores] == [git(clone, "rev-parse", "HEAD")] * 2


def test_publishing_leaves_what_is_the_users_alone(clone: Path) -> None:
    """Work in progress, index and branches are as they were, also after a fetch."""
    (clone / "README").write_text("in progress")
    (clone / "new").write_text("staged")
    git(clone, "add", "new")
    before = snapshot(clone)
    store = opened(clone)
    store.refresh()
    store.publish(entry(store.head()))
    assert snapshot(clone) == before
    assert not (clone / ".git" / "FETCH_HEAD").exists()


def test_a_second_clone_sees_what_the_first_published(
    tmp_path: Path, remote: Path, clone: Path
) -> None:
    """A refresh brings branch and tags beside the user's own, byte for byte."""
    first, second = opened(clone), opened(clone_of(remote, tmp_path / "second"))
    first.refresh()
    start = first.head()
    first.publish(entry(start))
    assert second.head() == start
    before = git(tmp_path / "second", "for-each-ref", "refs/remotes", "refs/tags")
    second.refresh()
    after = git(tmp_path / "second", "for-each-ref", "refs/remotes", "refs/tags")
    assert after == before
    head = second.head()
    assert head == first.head()
    assert head is not None
    (file,) = second.files(head, [LOG])
    assert (file.path, file.mode) == (f"{LOG}/00000000.json", "100644")
    assert second.contents([file.blob]) == (b'{"entry":0}\n',)
    assert second.tags(["promote/"]) == first.tags(["promote/"])
    assert second.tree_of(head) == git(remote, "rev-parse", "main^{tree}")


def test_the_clone_gets_tags_it_lacks_and_keeps_those_it_has(
    tmp_path: Path, remote: Path, clone: Path
) -> None:
    """Publishing brings every new release tag; a tag the user moved stays moved."""
    other = opened(clone_of(remote, tmp_path / "other"))
    other.refresh()
    other.publish(entry(other.head(), 0, tag="promote/dev/0"))
    git(clone, "tag", "promote/dev/0", "HEAD")
    mine = git(clone, "rev-parse", "refs/tags/promote/dev/0")
    store = opened(clone)
    store.refresh()
    store.publish(entry(store.head(), 1, tag="promote/dev/1"))

    assert git(clone, "rev-parse", "refs/tags/promote/dev/0") == mine
    own = {tag.name: tag.target for tag in opened(clone).tags(["promote/"])}
    assert own == {"promote/dev/0": mine, "promote/dev/1": store.head()}
    assert {tag.name: tag.kind for tag in store.tags(["promote/"])} == {
        "promote/dev/0": "tag",
        "promote/dev/1": "tag",
    }


def test_without_fetching_the_clone_answers_for_itself(
    remote: Path, clone: Path, tmp_path: Path
) -> None:
    """A store that did not fetch reads what Git tracks, and the clone's own tags."""
    other = opened(clone_of(remote, tmp_path / "other"))
    other.refresh()
    other.publish(entry(other.head()))
    offline = opened(clone)
    remote.rename(tmp_path / "gone.git")
    assert offline.head() == git(clone, "rev-parse", "refs/remotes/origin/main")
    assert offline.tags(["promote/"]) == ()
    git(clone, "update-ref", "-d", "refs/remotes/origin/main")
    assert offline.head() == git(clone, "rev-parse", "refs/heads/main")


def test_a_view_reads_the_ref_it_was_asked_for(clone: Path) -> None:
    """A named ref can be looked at and is never published to."""
    store = opened(clone)
    own = commit(clone, "local", "only here")
    git(clone, "tag", "release/v1")
    view = store.view("refs/heads/main")
    view.refresh()
    assert view.head() == own == store.local_branch_head()
    assert store.view("refs/heads/none").head() is None
    assert [tag.name for tag in view.tags(["release/"])] == ["release/v1"]
    with pytest.raises(UsageError, match="local view"):
        view.publish(entry(own))
    with pytest.raises(UsageError, match="begin with `refs/`"):
        store.view("main")


def test_who_decided_on_an_old_head_lost(
    remote: Path, clone: Path, tmp_path: Path
) -> None:
    """The second of two publications on one head changes nothing at the remote."""
    first, second = opened(clone), opened(clone_of(remote, tmp_path / "second"))
    first.refresh()
    second.refresh()
    first.publish(entry(first.head(), 0, tag="promote/dev/0"))
    lost = entry(second.head(), 0, tag="promote/staging/0", text="another")
    assert second.publish(lost) is Outcome.LOST_RACE
    assert git(remote, "tag") == "promote/dev/0"
    assert second.head() == first.head()
    assert second.publish(entry(second.head(), 1, tag="promote/dev/1")) is (
        Outcome.PUBLISHED
    )


def test_a_tag_that_is_there_stops_the_whole_publication(
    remote: Path, clone: Path
) -> None:
    """Where only the tag collides, the branch stays as well."""
    store = opened(clone)
    store.refresh()
    git(remote, "tag", "promote/dev/0", "main")
    before = git(remote, "for-each-ref")
    assert store.publish(entry(store.head())) is Outcome.LOST_RACE
    assert git(remote, "for-each-ref") == before


def test_a_rewound_remote_is_not_built_upon(remote: Path, clone: Path) -> None:
    """A remote that went back is a lost race, although a push would go through."""
    store = opened(clone)
    store.refresh()
    store.publish(entry(store.head(), 0))
    store.refresh()
    decided_on = store.head()
    git(remote, "update-ref", "refs/heads/main", "main^")
    before = git(remote, "for-each-ref")
    late = entry(decided_on, 1, tag="promote/dev/1")
    assert store.publish(late) is Outcome.LOST_RACE
    assert git(remote, "for-each-ref") == before


def test_the_first_publication_of_an_empty_remote_starts_the_branch(
    tmp_path: Path,
) -> None:
    """An empty remote has no head; one first publication wins and the next loses."""
    remote = bare_at(tmp_path / "empty.git")
    stores = [opened(clone_of(remote, tmp_path / name)) for name in ("a", "b")]
    for store in stores:
        store.refresh()
        assert store.head() is None
    outcomes = [
        store.publish(entry(None, 0, tag=f"promote/dev/{number}", text=str(number)))
        for number, store in enumerate(stores)
    ]
    assert outcomes == [Outcome.PUBLISHED, Outcome.LOST_RACE]
    assert git(remote, "rev-list", "--count", "main") == "1"
    assert git(remote, "tag") == "promote/dev/0"
    git(remote, "update-ref", "-d", "refs/heads/main")
    stores[0].refresh()
    assert stores[0].head() is None


def test_a_lost_answer_is_a_publication(
    remote: Path, clone: Path, tmp_path: Path
) -> None:
    """A push that went through and whose answer broke off is seen to have worked."""
    kill = f"#!/bin/sh\ntouch {tmp_path}/ran\nkill -9 $PPID\n"
    hook = remote / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(kill)
    hook.chmod(0o755)
    store = opened(clone)
    store.refresh()
    assert store.publish(entry(store.head())) is Outcome.PUBLISHED
    assert (tmp_path / "ran").exists()
    assert store.head() == git(remote, "rev-parse", "main")
    assert [tag.name for tag in store.tags(["promote/"])] == ["promote/dev/0"]


def test_a_remote_that_is_gone_is_unavailable(
    remote: Path, clone: Path, tmp_path: Path
) -> None:
    """Neither reading nor publishing pretends to know, and the clone still answers."""
    store = opened(clone)
    store.refresh()
    parent = store.head()
    remote.rename(tmp_path / "gone.git")
    with pytest.raises(UnavailableError, match="does not answer"):
        store.refresh()
    with pytest.raises(UnavailableError, match="does not answer"):
        store.publish(entry(parent))
    assert store.head() == parent


def test_a_remote_without_atomic_pushes_is_refused(remote: Path, clone: Path) -> None:
    """Two steps are never taken in place of one."""
    git(remote, "config", "receive.advertiseAtomic", "false")
    before = git(remote, "for-each-ref")
    store = opened(clone)
    store.refresh()
    with pytest.raises(UnavailableError, match="in one step") as caught:
        store.publish(entry(store.head()))
    assert "advertiseAtomic" in str(caught.value.hint)
    assert git(remote, "for-each-ref") == before


def test_a_rule_of_the_remote_is_reported_in_its_own_words(
    remote: Path, clone: Path
) -> None:
    """What the server says reaches the user, without what could steer a terminal."""
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf 'frozen \\033[31muntil Monday\\n' >&2\nexit 1\n")
    hook.chmod(0o755)
    store = opened(clone)
    store.refresh()
    with pytest.raises(UnavailableError, match="until Monday") as caught:
        store.publish(entry(store.head()))
    assert caught.value.message.isprintable()


def test_without_a_remote_the_branch_here_is_the_log(clone: Path) -> None:
    """The same compare-and-swap happens in one transaction of the clone."""
    store = opened(clone, branch="releases", remote="not-configured")
    store.refresh()
    assert store.remote is None
    assert store.head() is None
    before = git(clone, "status", "--porcelain", "--branch")
    assert store.publish(entry(None, 0)) is Outcome.PUBLISHED
    first = store.head()
    assert first == git(clone, "rev-parse", "releases")
    assert store.publish(entry(None, 0, tag="promote/dev/1")) is Outcome.LOST_RACE
    assert store.publish(entry(first, 1)) is Outcome.LOST_RACE  # the tag is there
    assert store.head() == first
    assert store.publish(entry(first, 1, tag="promote/dev/1")) is Outcome.PUBLISHED
    stale = entry(first, 2, tag="promote/dev/2")
    assert store.publish(stale) is Outcome.LOST_RACE
    assert [tag.name for tag in store.tags(["promote/"])] == [
        "promote/dev/0",
        "promote/dev/1",
    ]
    assert git(clone, "status", "--porcelain", "--branch") == before


def test_a_branch_in_use_is_not_moved_under_the_user(clone: Path) -> None:
    """Without a remote, a checked-out branch is refused with both ways out."""
    store = opened(clone, remote=None)
    with pytest.raises(UsageError, match="checked out") as caught:
        store.publish(entry(store.head()))
    assert "log.branch" in str(caught.value.hint)
    assert "remote" in str(caught.value.hint)


def test_a_bare_repository_can_be_the_log_itself(remote: Path) -> None:
    """A server can publish to its own branch, which nobody has checked out there."""
    git(remote, "symbolic-ref", "HEAD", "refs/heads/other")
    store = opened(remote, remote=None)
    assert store.publish(entry(store.head())) is Outcome.PUBLISHED
    assert store.worktree_changes("config") == ()
