"""What Git prints for programs, turned into values.

Fields end with NUL, which no path, name or message can hold, so nothing that somebody
wrote into a repository can pass for a field of its own. Bytes that are not UTF-8 come
out as backslash escapes: such a name equals no name that this project writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from companyos.errors import IntegrityError, UnavailableError
from companyos.releases.store import Change, StoredFile, TagRecord

TAG_FIELDS = (
    "%(refname)",
    "%(objecttype)",
    "%(objectname)",
    "%(tag)",
    "%(*objecttype)",
    "%(*objectname)",
    "%(contents)",
)
TAG_FORMAT = "%00".join(TAG_FIELDS) + "%00"


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag as listed. A tag of a tag has the inner tag as its target so far."""

    record: TagRecord
    target_kind: str


def files_of(listing: bytes) -> tuple[StoredFile, ...]:
    """Read `git ls-tree -r -z`, in path order."""
    rows = []
    for row in listing.split(b"\0")[:-1]:
        columns, path = row.split(b"\t", 1)
        mode, _, blob = columns.decode().split()
        rows.append((path, StoredFile(_text(path), mode, blob)))
    return tuple(file for _, file in sorted(rows, key=lambda row: row[0]))


def contents_of(
    stream: bytes, blobs: Sequence[str], *, object_format: str
) -> tuple[bytes, ...]:
    """Read `git cat-file --batch` for `blobs`, and hold each against its id.

    Raises:
        UnavailableError: a blob is not in this repository.
        IntegrityError: what stands under an id is not what the id says.
    """
    found: list[bytes] = []
    start = 0
    for blob in blobs:
        end = stream.index(b"\n", start)
        header = stream[start:end].decode().split()
        if header[1:] == ["missing"]:
            raise UnavailableError(
                f"the repository lacks the object `{blob}`",
                hint="fetch it: a partial clone does not hold every file",
            )
        size = int(header[2])
        data = stream[end + 1 : end + 1 + size]
        if header[1] != "blob" or blob_id(data, object_format) != blob:
            raise IntegrityError(f"object `{blob}` does not hold what its id says")
        found.append(data)
        start = end + 1 + size + 1
    return tuple(found)


def blob_id(data: bytes, object_format: str) -> str:
    """Return the id Git gives a file with these bytes."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()


def tags_of(listing: bytes, root: str) -> tuple[ListedTag, ...]:
    """Read `git for-each-ref` in `TAG_FORMAT` for the refs below `root`."""
    fields = listing.decode("utf-8", "backslashreplace").split("\0")
    width = len(TAG_FIELDS)
    starts = range(0, len(fields) - 1, width)
    return tuple(_tag(fields[start : start + width], root) for start in starts)


def changes_of(listing: bytes) -> tuple[Change, ...]:
    """Read `git log --raw -z --format=%H`."""
    fields = iter(listing.split(b"\0"))
    commit = ""
    changes = []
    for field in fields:
        row = field.removeprefix(b"\n")
        if row.startswith(b":"):
            # `:mode mode id id STATUS`, and the path is the next field.
            status = row.split()[4].decode()[:1]
            changes.append(Change(commit, status, _text(next(fields))))
        elif row:
            commit = row.decode()
    return tuple(changes)


def _tag(fields: Sequence[str], root: str) -> ListedTag:
    """Return one tag; whatever has no commit behind it has an empty target."""
    ref, kind, own, inner, target_kind, target, message = fields
    if kind != "tag":
        # A lightweight tag is its target, and shows that one's message.
        target_kind, target, message = kind, own, ""
    if target_kind not in {"commit", "tag"}:
        target = ""
    # Records end with a line feed after their last NUL.
    name = ref.removeprefix("\n").removeprefix(root)
    return ListedTag(TagRecord(name, kind, inner, target, message), target_kind)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
