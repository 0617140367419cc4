"""What a release log needs of Git, and nothing more.

Commit ids are full hexadecimal object ids; paths are relative with slashes. An
implementation never touches the work tree, the user's index or local branches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One row of a commit's tree. A regular file has mode `100644`."""

    path: str
    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class TagRecord:
    """A tag as it is: `kind` is `tag` for an annotated one, else what it points at.

    `inner_name` is the name inside the tag object, which Git does not compare with the
    ref; `target` is the commit behind it.
    """

    name: str
    kind: str
    inner_name: str
    target: str
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit (first-parent line) did to one file: `A`, `M`, `D` or `T`."""

    commit: str
    status: str
    path: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit or tag is by."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class NewTag:
    """An annotated tag to create; `target` None means the commit being published."""

    name: str
    message: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """New files and at most one new tag, to appear together or not at all.

    `parent` is the head this was decided on; None where the branch does not exist yet.
    """

    parent: str | None
    files: Mapping[str, bytes]
    message: str
    author: Author
    at: datetime
    tag: NewTag | None = None


class Outcome(StrEnum):
    """What became of a publication that was not an error."""

    PUBLISHED = "published"
    LOST_RACE = "lost-race"


class Store(Protocol):
    """One repository, one branch that carries the log, and the tags beside it."""

    def refresh(self) -> None:
        """Fetch branch and tags, where there is a remote.

        Raises:
            UnavailableError: the remote does not answer.
        """
        ...

    def head(self) -> str | None:
        """Return the branch's newest commit known here, None where it is empty."""
        ...

    def resolve(self, revision: str) -> str:
        """Return the commit id that `revision` names.

        Raises:
            UsageError: no such commit.
        """
        ...

    def tree_of(self, commit: str) -> str:
        """Return the id of the commit's tree."""
        ...

    def files(self, commit: str, folders: Sequence[str]) -> tuple[StoredFile, ...]:
        """Return every file below the folders, in path order."""
        ...

    def contents(self, blobs: Sequence[str]) -> tuple[bytes, ...]:
        """Return the blobs' bytes, in the order asked for."""
        ...

    def tags(self, prefixes: Sequence[str]) -> tuple[TagRecord, ...]:
        """Return the tags whose names begin with one of the prefixes."""
        ...

    def changes(
        self, folder: str, *, until: str, since: str | None = None
    ) -> tuple[Change, ...]:
        """Return what the first-parent line did below `folder`, oldest first."""
        ...

    def contains(self, commit: str, ancestor: str) -> bool:
        """Return whether `ancestor` is `commit` or lies in its history."""
        ...

    def publish(self, publication: Publication) -> Outcome:
        """Make the publication's commit and tag appear in one step, or nothing.

        Raises:
            UnavailableError: the remote does not answer, or cannot do it in one step.
        """
        ...
