"""Verifying a whole log: entries, their history in Git, their tags, and what was seen.

A clone proves that everything in it was signed by whom the log says and only ever
added. It cannot prove that nothing newer exists elsewhere: for that, remember a
`LastSeen` outside the repository and give it back the next time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from companyos.errors import IntegrityError
from companyos.releases.announcing import tag_message
from companyos.releases.entries import Entry, Release
from companyos.releases.fields import shown
from companyos.releases.paths import (
    LOG_FOLDER,
    TAG_PREFIXES,
    entry_folder,
    entry_path,
    tag_name,
)
from companyos.releases.replay import Replayed, at_entry, replay
from companyos.releases.signatures import Verifier
from companyos.releases.state import EMPTY, LogState
from companyos.releases.store import Change, Store, TagRecord


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What a caller remembers of a log: its size, its root then, and its commit."""

    size: int
    root: str
    head: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A log that held at `head`, to be trusted and to go on from.

    `tags` are the tags that go with entries, as they are; `entries` only those that
    were read this time: all of them, unless the verification went on from another.
    """

    state: LogState = EMPTY
    head: str | None = None
    tags: Mapping[str, TagRecord] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()

    def last_seen(self) -> LastSeen | None:
        """Return what to remember, None for a log that has no entry yet."""
        if self.head is None or not self.state.size:
            return None
        return LastSeen(self.state.size, self.state.root, self.head)


NOTHING_VERIFIED = Verified()
REGULAR_FILE = "100644"
ANNOTATED = "tag"


def verify_log(
    store: Store,
    verifier: Verifier,
    *,
    head: str | None,
    last_seen: LastSeen | None,
    known: Verified = NOTHING_VERIFIED,
) -> Verified:
    """Return the log at the commit `head`, every part of it held against the others.

    `known` is an earlier result: only what came after it is read and verified.

    Raises:
        IntegrityError: something does not hold; the message says which entry or tag.
    """
    if head is None:
        _require_nothing(store, last_seen, known)
        return NOTHING_VERIFIED
    if known.head is not None and not store.contains(head, known.head):
        raise IntegrityError(_rewritten(head, known.head))
    commits = _additions(store, head, known)
    blobs = _new_files(store, head, start=known.state.size, count=len(commits))
    replayed = replay(known.state, store.contents(blobs), verifier)
    tags = _tags(store, known, _expected_tags(replayed, commits))
    if last_seen is not None:
        _require_seen(store, replayed.state, head, last_seen)
    return Verified(replayed.state, head, tags, replayed.entries)


def verify_head(
    store: Store,
    verifier: Verifier,
    *,
    last_seen: LastSeen | None,
    known: Verified = NOTHING_VERIFIED,
) -> Verified:
    """Return the log at the store's head, which may move while it is being read.

    Raises:
        IntegrityError: something does not hold, at a head that stayed what it was.
    """
    while True:
        head = store.head()
        try:
            return verify_log(
                store, verifier, head=head, last_seen=last_seen, known=known
            )
        except IntegrityError:
            # Another process may have fetched in between: then the tags are newer than
            # the head that was read, and nothing is wrong.
            if store.head() == head:
                raise


def _additions(store: Store, head: str, known: Verified) -> list[str]:
    """Return the commit that added each new entry: one each, and nothing else done."""
    commits: list[str] = []
    for change in store.changes(LOG_FOLDER, until=head, since=known.head):
        index = known.state.size + len(commits)
        if change.path != entry_path(index) or change.status != "A":
            raise IntegrityError(_not_an_addition(change, index))
        if commits and commits[-1] == change.commit:
            short = change.commit[:12]
            problem = f"commit {short} added more than one entry"
            raise IntegrityError(at_entry(index, problem))
        commits.append(change.commit)
    return commits


def _not_an_addition(change: Change, index: int) -> str:
    done = {"A": "added", "M": "changed", "D": "deleted", "T": "changed the type of"}
    act = done.get(change.status, "touched")
    place = shown(change.path)
    for number in range(index):
        if entry_path(number) == change.path:
            place = f"entry {number} ({change.path})"
    return (
        f"{place}: commit {change.commit[:12]} {act} it where the log only ever adds "
        f"{entry_path(index)}"
    )


def _new_files(store: Store, head: str, *, start: int, count: int) -> list[str]:
    """Return the blobs of the entries from `start` on, which `count` commits added."""
    folders = [LOG_FOLDER]
    if start:
        indexes = range(start, start + count)
        folders = list(dict.fromkeys(entry_folder(index) for index in indexes))
    found = store.files(head, folders) if folders else ()
    new = [file for file in found if not start or file.path >= entry_path(start)]
    for index, file in enumerate(new, start):
        if file.path != entry_path(index):
            problem = f"{shown(file.path)} stands where {entry_path(index)} should"
            raise IntegrityError(f"the log has a gap or a stranger: {problem}")
        if file.mode != REGULAR_FILE:
            problem = f"not a regular file (mode {file.mode})"
            raise IntegrityError(at_entry(index, problem))
    if len(new) != count:
        problem = f"{len(new)} entries in the tree, {count} in its history"
        raise IntegrityError(f"the log is not what its history made: {problem}")
    return [file.blob for file in new]


def _expected_tags(replayed: Replayed, commits: Sequence[str]) -> dict[str, TagRecord]:
    """Return the tag that each new entry must have, exactly."""
    expected: dict[str, TagRecord] = {}
    for entry, commit in zip(replayed.entries, commits, strict=True):
        name = tag_name(entry)
        if name is not None:
            body = entry.body
            expected[name] = TagRecord(
                name=name,
                kind=ANNOTATED,
                inner_name=name,
                target=body.source.commit if isinstance(body, Release) else commit,
                message=tag_message(entry, replayed.state.roots[entry.position.index]),
            )
    return expected


def _tags(
    store: Store, known: Verified, expected: Mapping[str, TagRecord]
) -> Mapping[str, TagRecord]:
    """Return the tags of all entries, after comparing them both ways."""
    wanted = {**known.tags, **expected}
    found = {tag.name: tag for tag in store.tags(TAG_PREFIXES)}
    for name, tag in wanted.items():
        if name not in found:
            raise IntegrityError(f"tag `{name}`: it is missing, and its entry is there")
        if found[name] != tag:
            _require_same_tag(found[name], tag)
    strangers = sorted(found.keys() - wanted.keys())
    if strangers:
        raise IntegrityError(
            f"tag `{shown(strangers[0])}`: no entry of the log made it"
        )
    return wanted


def _require_same_tag(found: TagRecord, wanted: TagRecord) -> None:
    problem = None
    if found.kind != wanted.kind:
        problem = "it is not an annotated tag"
    elif found.inner_name != wanted.inner_name:
        problem = f"inside, it is the tag `{shown(found.inner_name)}`"
    elif found.target != wanted.target:
        problem = f"it points at {found.target[:12]}, not at {wanted.target[:12]}"
    elif found.message.rstrip("\n") != wanted.message.rstrip("\n"):
        problem = "its message is not the one its entry makes"
    if problem is not None:
        raise IntegrityError(f"tag `{wanted.name}`: {problem}")


def _require_seen(store: Store, state: LogState, head: str, seen: LastSeen) -> None:
    if state.size < seen.size:
        raise IntegrityError(
            f"the log had {seen.size} entries when it was last seen and has "
            f"{state.size} now: it was cut off"
        )
    if state.roots[seen.size - 1] != seen.root:
        raise IntegrityError(
            f"the first {seen.size} entries are not those last seen: the log was "
            "forked or rewritten"
        )
    if not store.contains(head, seen.head):
        raise IntegrityError(_rewritten(head, seen.head))


def _rewritten(head: str, seen: str) -> str:
    return (
        f"commit {seen[:12]}, which was the branch's head before, is not in the "
        f"history of {head[:12]}: the branch was rewritten"
    )


def _require_nothing(store: Store, last_seen: LastSeen | None, known: Verified) -> None:
    if last_seen is not None or known.head is not None:
        raise IntegrityError("the branch of the log is gone, and it was there before")
    _tags(store, known, {})
