"""What every store of the release log must do, whatever it keeps it in.

A subclass named `Test…` gives a `clones` fixture: a function that returns a new clone
of one shared repository, which is empty at first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from companyos.errors import UsageError
from companyos.releases.store import Author, NewTag, Outcome, Publication, Store

Clones = Callable[[], Store]

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
FOLDER = "releases/log"


def publication(
    files: Mapping[str, bytes], *, parent: str | None, tag: NewTag | None = None
) -> Publication:
    """Return a publication by somebody at some time."""
    author = Author("Rita", "rita@companyos.example")
    return Publication(parent, files, "one more\n", author, AT, tag)


def publish(store: Store, path: str, content: bytes, tag: str | None = None) -> str:
    """Publish one file below the log's folder on the store's head, and return it."""
    new_tag = None if tag is None else NewTag(tag, f"{tag}\n\nSize: 1\n")
    files = {f"{FOLDER}/{path}": content}
    done = store.publish(publication(files, parent=store.head(), tag=new_tag))
    assert done is Outcome.PUBLISHED
    store.refresh()
    head = store.head()
    assert head is not None
    return head


class StoreContract:
    """The behaviour the release log relies on."""

    def test_a_new_store_is_empty(self, clones: Clones) -> None:
        """A branch that does not exist yet has no head and no tags."""
        store = clones()
        store.refresh()
        assert store.head() is None
        assert store.tags(("release/", "promote/")) == ()

    def test_the_first_publication_begins_the_branch(self, clones: Clones) -> None:
        """What one clone published, another finds after a refresh."""
        head = publish(clones(), "000000/00000000.json", b"zero\n")
        other = clones()
        other.refresh()
        assert other.head() == head
        (file,) = other.files(head, [FOLDER])
        assert (file.path, file.mode) == (f"{FOLDER}/000000/00000000.json", "100644")
        assert other.contents([file.blob]) == (b"zero\n",)

    def test_a_stale_clone_changes_nothing(self, clones: Clones) -> None:
        """Of two publications on one head the second loses, tag and all."""
        first, second = clones(), clones()
        base = publish(first, "a.json", b"a")
        second.refresh()
        won = publish(first, "b.json", b"b")
        tag = NewTag("promote/dev/1", "dev: v1\n")
        late = publication({f"{FOLDER}/b.json": b"x"}, parent=base, tag=tag)
        assert second.publish(late) is Outcome.LOST_RACE
        second.refresh()
        assert second.head() == won
        assert second.tags(("promote/",)) == ()

    def test_two_cannot_both_begin_the_branch(self, clones: Clones) -> None:
        """A first publication loses against another first publication."""
        first, second = clones(), clones()
        publish(first, "a.json", b"a")
        late = publication({f"{FOLDER}/a.json": b"x"}, parent=None)
        assert second.publish(late) is Outcome.LOST_RACE

    def test_a_tag_that_exists_stops_the_commit_too(self, clones: Clones) -> None:
        """Files and tag appear together or not at all."""
        store = clones()
        head = publish(store, "a.json", b"a", tag="promote/dev/0")
        before = store.tags(("promote/",))
        tag = NewTag("promote/dev/0", "something else\n")
        late = publication({f"{FOLDER}/b.json": b"b"}, parent=head, tag=tag)
        assert store.publish(late) is Outcome.LOST_RACE
        store.refresh()
        assert store.head() == head
        assert store.tags(("promote/",)) == before

    def test_a_tag_is_annotated_and_says_what_it_was_given(
        self, clones: Clones
    ) -> None:
        """A tag without a target points at the commit it was published with."""
        store = clones()
        head = publish(store, "a.json", b"a", tag="promote/dev/0")
        (tag,) = store.tags(("promote/",))
        assert (tag.kind, tag.name, tag.inner_name) == (
            "tag",
            "promote/dev/0",
            "promote/dev/0",
        )
        assert tag.target == head
        assert tag.message.rstrip("\n") == "promote/dev/0\n\nSize: 1"

    def test_a_tag_can_point_at_an_older_commit(self, clones: Clones) -> None:
        """A release's tag is at its source commit, not at the entry's."""
        store = clones()
        source = publish(store, "a.json", b"a")
        tag = NewTag("release/1.0.0", "release: v1.0.0\n", target=source)
        done = publication({f"{FOLDER}/b.json": b"b"}, parent=source, tag=tag)
        assert store.publish(done) is Outcome.PUBLISHED
        store.refresh()
        assert [each.target for each in store.tags(("release/",))] == [source]
        assert store.resolve("release/1.0.0") == source

    def test_tags_are_found_by_prefix_only(self, clones: Clones) -> None:
        """Tags that have nothing to do with the log are not looked at."""
        store = clones()
        publish(store, "a.json", b"a", tag="promote/dev/0")
        publish(store, "b.json", b"b", tag="other/thing")
        assert [tag.name for tag in store.tags(("release/", "promote/"))] == [
            "promote/dev/0"
        ]

    def test_changes_are_told_oldest_first(self, clones: Clones) -> None:
        """Each change has its commit, and only the folder's changes are told."""
        store = clones()
        publish(store, "a.json", b"a")
        first = store.head()
        elsewhere = publication({"README.md": b"hello"}, parent=first)
        assert store.publish(elsewhere) is Outcome.PUBLISHED
        store.refresh()
        second = publish(store, "b.json", b"b")
        third = publish(store, "a.json", b"changed")
        changes = [
            (change.commit, change.status, change.path)
            for change in store.changes(FOLDER, until=third)
        ]
        assert changes == [
            (first, "A", f"{FOLDER}/a.json"),
            (second, "A", f"{FOLDER}/b.json"),
            (third, "M", f"{FOLDER}/a.json"),
        ]
        later = store.changes(FOLDER, until=third, since=second)
        assert [change.commit for change in later] == [third]

    def test_files_keep_their_path_order_and_their_folder(self, clones: Clones) -> None:
        """Files come in path order, from the folders that were asked for."""
        store = clones()
        for path in ("000001/b.json", "000000/c.json", "000000/a.json"):
            publish(store, path, path.encode())
        head = publish(store, "000002/d.json", b"d")
        found = store.files(head, [f"{FOLDER}/000000", f"{FOLDER}/000001"])
        assert [file.path.removeprefix(f"{FOLDER}/") for file in found] == [
            "000000/a.json",
            "000000/c.json",
            "000001/b.json",
        ]
        contents = store.contents([file.blob for file in reversed(found)])
        assert contents == (b"000001/b.json", b"000000/c.json", b"000000/a.json")
        assert store.files(head, [f"{FOLDER}/none"]) == ()

    def test_publishing_leaves_other_files_alone(self, clones: Clones) -> None:
        """A publication adds to what is there."""
        store = clones()
        publish(store, "a.json", b"a")
        head = publish(store, "b.json", b"b")
        assert len(store.files(head, [FOLDER])) == len(("a.json", "b.json"))

    def test_history_is_known(self, clones: Clones) -> None:
        """A commit contains itself and what came before, and nothing after."""
        store = clones()
        first = publish(store, "a.json", b"a")
        second = publish(store, "b.json", b"b")
        assert store.contains(second, first)
        assert store.contains(second, second)
        assert not store.contains(first, second)
        assert not store.contains(second, "0" * 40)

    def test_trees_are_equal_where_contents_are(self, clones: Clones) -> None:
        """A tree id depends on what is there, not on how it came."""
        store = clones()
        first = publish(store, "a.json", b"a")
        publish(store, "a.json", b"changed")
        again = publish(store, "a.json", b"a")
        assert store.tree_of(first) == store.tree_of(again)
        assert first != again

    def test_an_unknown_revision_is_the_askers_mistake(self, clones: Clones) -> None:
        """Resolving a name that is none says so."""
        store = clones()
        publish(store, "a.json", b"a")
        with pytest.raises(UsageError):
            store.resolve("no-such-thing")

    def test_the_head_that_counts_is_the_one_decided_on(self, clones: Clones) -> None:
        """A refresh after deciding does not make an old decision publishable."""
        first, second = clones(), clones()
        base = publish(first, "a.json", b"a")
        decided = publication({f"{FOLDER}/b.json": b"b"}, parent=base)
        publish(first, "b.json", b"other")
        second.refresh()
        assert second.publish(decided) is Outcome.LOST_RACE
        anew = replace(decided, parent=second.head(), files={f"{FOLDER}/c.json": b"c"})
        assert second.publish(anew) is Outcome.PUBLISHED
