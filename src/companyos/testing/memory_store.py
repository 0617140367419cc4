"""Implementations in memory of what CompanyOS needs from outside, for tests.

They are real in what matters: a `MemoryStore` has commits, annotated tags, a
first-parent line and the compare-and-swap of a push, and passes the same contract as
the store over Git. Several stores on one `MemoryRemote` are several clones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from companyos.errors import UsageError
from companyos.releases.store import (
    Change,
    NewTag,
    Outcome,
    Publication,
    StoredFile,
    TagRecord,
)

REGULAR_FILE = "100644"


@dataclass(frozen=True, slots=True)
class MemoryCommit:
    """A commit: what it did to which file, and the commits it stands on.

    `changes` maps paths to (mode, blob id), or to None where the file was deleted.
    """

    commit: str
    parents: tuple[str, ...]
    changes: Mapping[str, tuple[str, str] | None]
    message: str


@dataclass(slots=True)
class MemoryRemote:
    """The repository that several stores share.

    Its methods are Git's own freedoms, without any of the log's rules: whoever may
    push can do all of this, which is what verification is for.
    """

    blobs: dict[str, bytes] = field(default_factory=dict)
    commits: dict[str, MemoryCommit] = field(default_factory=dict)
    tags: dict[str, TagRecord] = field(default_factory=dict)
    head: str | None = None

    def commit(
        self,
        files: Mapping[str, bytes | None],
        *,
        parent: str | None,
        message: str = "",
        mode: str = REGULAR_FILE,
    ) -> str:
        """Make a commit that writes files (None deletes), and return its id.

        No branch moves.
        """
        changes = {
            path: None if content is None else (mode, self._blob(content))
            for path, content in sorted(files.items())
        }
        parents = () if parent is None else (parent,)
        commit = _id("commit", repr((parents, changes, message)).encode())
        self.commits[commit] = MemoryCommit(commit, parents, changes, message)
        return commit

    def add(self, files: Mapping[str, bytes | None], *, message: str = "") -> str:
        """Make a commit on the branch, and return its id."""
        self.head = self.commit(files, parent=self.head, message=message)
        return self.head

    def tag(self, tag: NewTag, target: str) -> None:
        """Create or move an annotated tag."""
        self.tags[tag.name] = TagRecord(
            name=tag.name,
            kind="tag",
            inner_name=tag.name,
            target=tag.target or target,
            message=tag.message,
        )

    def line(self, commit: str | None) -> Iterator[MemoryCommit]:
        """Yield a commit and its first parents, newest first."""
        while commit is not None:
            found = self.commits[commit]
            yield found
            commit = found.parents[0] if found.parents else None

    def files(self, commit: str | None) -> dict[str, tuple[str, str]]:
        """Return mode and blob of every file at a commit, by path, in order."""
        newest: dict[str, tuple[str, str] | None] = {}
        for each in self.line(commit):
            for path, row in each.changes.items():
                newest.setdefault(path, row)
        return {path: row for path, row in sorted(newest.items()) if row is not None}

    def _blob(self, content: bytes) -> str:
        blob = _id("blob", content)
        self.blobs[blob] = content
        return blob


@dataclass(slots=True)
class MemoryStore:
    """A clone of a `MemoryRemote`, with its own idea of where the branch is.

    `before_publish` is called before each publication meets the remote, which is when
    somebody else's can come first.
    """

    remote: MemoryRemote
    before_publish: Callable[[Publication], None] | None = None
    _head: str | None = field(default=None, init=False)
    _tags: dict[str, TagRecord] = field(default_factory=dict, init=False)

    def refresh(self) -> None:
        """Fetch branch and tags."""
        self._head = self.remote.head
        self._tags = dict(self.remote.tags)

    def head(self) -> str | None:
        """Return the branch's newest commit that was fetched."""
        return self._head

    def resolve(self, revision: str) -> str:
        """Return the commit behind a tag or a commit id.

        Raises:
            UsageError: no such commit.
        """
        found = self._tags[revision].target if revision in self._tags else revision
        if found not in self.remote.commits:
            raise UsageError(f"no commit `{revision}`")
        return found

    def tree_of(self, commit: str) -> str:
        """Return an id of everything at the commit."""
        files = self.remote.files(self.resolve(commit))
        return _id("tree", repr(files).encode())

    def files(self, commit: str, folders: Sequence[str]) -> tuple[StoredFile, ...]:
        """Return every file below the folders, in path order."""
        inside = tuple(f"{folder}/" for folder in folders)
        return tuple(
            StoredFile(path, mode, blob)
            for path, (mode, blob) in self.remote.files(self.resolve(commit)).items()
            if path.startswith(inside)
        )

    def contents(self, blobs: Sequence[str]) -> tuple[bytes, ...]:
        """Return the blobs' bytes, in the order asked for."""
        return tuple(self.remote.blobs[blob] for blob in blobs)

    def tags(self, prefixes: Sequence[str]) -> tuple[TagRecord, ...]:
        """Return the tags whose names begin with one of the prefixes."""
        return tuple(
            tag
            for name, tag in sorted(self._tags.items())
            if name.startswith(tuple(prefixes))
        )

    def changes(
        self, folder: str, *, until: str, since: str | None = None
    ) -> tuple[Change, ...]:
        """Return what the first-parent line did below `folder`, oldest first."""
        line = []
        for commit in self.remote.line(self.resolve(until)):
            if commit.commit == since:
                break
            line.append(commit)
        return tuple(
            Change(commit.commit, status, path)
            for commit in reversed(line)
            for path, status in self._statuses(commit)
            if path.startswith(f"{folder}/")
        )

    def contains(self, commit: str, ancestor: str) -> bool:
        """Return whether `ancestor` is `commit` or lies in its history."""
        waiting, seen = [commit], set[str]()
        while waiting:
            each = waiting.pop()
            if each not in seen and each in self.remote.commits:
                seen.add(each)
                waiting += self.remote.commits[each].parents
        return ancestor in seen

    def publish(self, publication: Publication) -> Outcome:
        """Make the publication's commit and tag appear in one step, or nothing."""
        if self.before_publish is not None:
            self.before_publish(publication)
        remote, tag = self.remote, publication.tag
        taken = tag is not None and tag.name in remote.tags
        if taken or publication.parent != remote.head:
            return Outcome.LOST_RACE
        if tag is not None and tag.target is not None:
            self.resolve(tag.target)
        commit = remote.add(publication.files, message=publication.message)
        if tag is not None:
            remote.tag(tag, commit)
        self.refresh()
        return Outcome.PUBLISHED

    def _statuses(self, commit: MemoryCommit) -> Iterator[tuple[str, str]]:
        """Yield each path a commit touched with `A`, `M`, `D` or `T`."""
        first = commit.parents[0] if commit.parents else None
        for path, row in commit.changes.items():
            before = self._row_at(first, path)
            if before == row:
                continue
            if before is None:
                yield path, "A"
            elif row is None:
                yield path, "D"
            else:
                yield path, "M" if before[0] == row[0] else "T"

    def _row_at(self, commit: str | None, path: str) -> tuple[str, str] | None:
        for each in self.remote.line(commit):
            if path in each.changes:
                return each.changes[path]
        return None


def _id(kind: str, content: bytes) -> str:
    """Return an id of 40 hexadecimal digits, as Git's are."""
    return hashlib.sha256(kind.encode() + b"\0" + content).hexdigest()[:40]
