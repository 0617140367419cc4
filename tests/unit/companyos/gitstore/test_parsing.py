"""What Git prints, read into values."""

from __future__ import annotations

import pytest

from companyos.errors import IntegrityError, UnavailableError
from companyos.gitstore.parsing import (
    blob_id,
    changes_of,
    contents_of,
    files_of,
    tags_of,
)
from companyos.releases.store import Change, StoredFile, TagRecord

# The ids that Git's own documentation and every repository give these two files.
EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
HELLO = "ce013625030ba8dba906f756967f9e9ca394464a"  # "hello\n"


def test_blob_ids_are_those_of_git() -> None:
    """The id is over a header with the length, then the bytes."""
    assert blob_id(b"", "sha1") == EMPTY
    assert blob_id(b"hello\n", "sha1") == HELLO


def test_files_come_in_the_order_of_their_bytes() -> None:
    """Modes and ids are told as they are, odd names as escapes."""
    listing = (
        f"120000 blob {HELLO}\tb\0".encode()
        + f"100644 blob {EMPTY}\ta\tb\n".encode()
        + b"\xff\0"
    )
    assert files_of(listing) == (
        StoredFile("a\tb\n\\xff", "100644", EMPTY),
        StoredFile("b", "120000", HELLO),
    )
    assert files_of(b"") == ()


def test_contents_may_hold_anything() -> None:
    """Line ends and what looks like a header belong to the file."""
    data = f"{EMPTY} blob 0\n\n".encode()
    odd = blob_id(data, "sha1")
    stream = b"%s blob %d\n%s\n%s blob 6\nhello\n\n" % (
        odd.encode(),
        len(data),
        data,
        HELLO.encode(),
    )
    found = contents_of(stream, [odd, HELLO], object_format="sha1")
    assert found == (data, b"hello\n")


def test_contents_that_are_not_the_ids_are_refused() -> None:
    """Another file, another kind and a missing object are not handed out."""
    with pytest.raises(IntegrityError):
        contents_of(f"{EMPTY} blob 1\nx\n".encode(), [EMPTY], object_format="sha1")
    with pytest.raises(IntegrityError):
        contents_of(f"{EMPTY} tree 0\n\n".encode(), [EMPTY], object_format="sha1")
    with pytest.raises(UnavailableError):
        contents_of(f"{EMPTY} missing\n".encode(), [EMPTY], object_format="sha1")


def test_a_message_cannot_pass_for_a_tag() -> None:
    """Line ends and names of refs inside a message stay inside it."""
    root = "refs/tags/"
    message = f"one\n\nrefs/tags/fake\ncommit\n{HELLO}\n"
    listing = (
        f"refs/tags/a\0tag\0{EMPTY}\0a\0commit\0{HELLO}\0{message}\0\n"
        f"refs/tags/b\0commit\0{EMPTY}\0\0\0\0the commit's message\0\n"
    )
    first, second = tags_of(listing.encode(), root)
    assert first.record == TagRecord("a", "tag", "a", HELLO, message)
    assert second.record == TagRecord("b", "commit", "", EMPTY, "")
    assert tags_of(b"", root) == ()


def test_a_path_cannot_pass_for_a_commit() -> None:
    """The field after a status is its path, whatever it looks like."""
    ids = f"{'0' * 40} {HELLO}".encode()
    listing = (
        EMPTY.encode()
        + b"\0\n:000000 100644 "
        + ids
        + b" A\0:x\0:100644 100644 "
        + ids
        + b" M\0"
        + HELLO.encode()
        + b"\0"
        + HELLO.encode()
        + b"\0"
    )
    assert changes_of(listing) == (
        Change(EMPTY, "A", ":x"),
        Change(EMPTY, "M", HELLO),
    )
    assert changes_of(b"") == ()
