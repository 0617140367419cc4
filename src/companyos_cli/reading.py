"""Reading a work tree: what is known already, and the rest in several processes.

The answer does not depend on how many processes there are, nor on what was kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, TypeAlias

from companyos.config.read_file import FileResult, read_file
from companyos.config.recheck import is_governing
from companyos.config.record_codec import Codec, Parts
from companyos.config.sources import WorkTree
from companyos.errors import UsageError
from companyos_cli.kept_state import Row, blob_id, lasting_line

PARALLEL_MIN = 1500
"""Below so many files, starting another process takes longer than it saves."""

JOBS_MAX = 8

TOLD_EVERY = 64

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many files are read, of how many, every so often."""

Seen: TypeAlias = Callable[[FileResult], None]
"""Told what a file gives as soon as it is read."""

_Read: TypeAlias = tuple[FileResult, Row | None]
_Sent: TypeAlias = tuple[str, Parts | None, tuple[str, ...]]
"""A file's path, and its result taken apart or as a row's values."""


@dataclass(slots=True)
class Read:
    """Every file's result; if they are kept, blob ids and the rows that were made."""

    results: dict[str, FileResult] = field(default_factory=dict)
    blobs: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)


class Known(NamedTuple):
    """Rows of an earlier run, and the time at which this one began."""

    rows: Mapping[str, Row]
    now_ns: int


def jobs_from(text: str) -> int:
    """Return how many processes read; 0 stands for `auto`.

    Raises:
        UsageError: neither `auto` nor a small number.
    """
    if text == "auto":
        return 0
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 64:
        return int(text)
    raise UsageError(
        f"`{text}` is no number of processes", hint="give `auto`, or 1 to 64"
    )


def read_tree(
    tree: WorkTree, known: Known | None, *, jobs: int, seen: Seen, progress: Progress
) -> Read:
    """Return what every file gives.

    Where `known` is None no rows are made. `jobs` is how many processes read, 0 for
    `auto`. `seen` is told of files that are read, those there is one of first.
    """
    read = Read()
    rest = sorted(tree.stamps if known is None else _take_known(tree, known, read))
    # Files of which there is one are for this process, which needs their values.
    single = [path for path in rest if is_governing(path)]
    many = [path for path in rest if not is_governing(path)]
    results = chain(
        (_read(tree, path, known) for path in single),
        _read_many(tree, many, known, processes=_processes(jobs, len(rest))),
    )
    for done, (result, row) in enumerate(results, start=1):
        read.results[result.path] = result
        if row is not None:
            read.blobs[result.path] = row.blob
            read.rows[result.path] = row
        seen(result)
        if not done % TOLD_EVERY:
            progress(done, len(rest))
    return read


def _read_many(
    tree: WorkTree, paths: Sequence[str], known: Known | None, *, processes: int
) -> Iterator[_Read]:
    def read(path: str) -> _Read:
        return _read(tree, path, known)

    if processes == 1:
        return map(read, paths)
    from companyos_cli.reading_together import read_together

    def sent(path: str) -> _Sent:
        result, row = read(path)
        if row is None:
            return path, CODEC.taken_apart(result), ()
        return path, None, tuple(row)

    def received(message: _Sent) -> _Read:
        path, parts, values = message
        if parts is not None:
            return CODEC.put_together(path, parts), None
        row = Row(*values)
        return CODEC.decode(path, row.result), row

    return read_together(paths, read, sent=sent, received=received, processes=processes)


def _read(tree: WorkTree, path: str, known: Known | None) -> _Read:
    if known is None:
        return _now(path, tree[path]), None
    return read_one(tree, path, known)


def read_one(tree: WorkTree, path: str, known: Known) -> tuple[FileResult, Row]:
    """Return what a file gives: what it gave before if its bytes are the same."""
    data = tree[path]
    blob = blob_id(data)
    line = lasting_line(path, tree.stamps[path], blob, now_ns=known.now_ns)
    row = known.rows.get(path)
    if row is not None and row.blob == blob:
        return CODEC.decode(path, row.result), row._replace(line=line)
    result = _now(path, data)
    return result, Row(line, blob, CODEC.encode(result))


CODEC = Codec()


def _take_known(tree: WorkTree, known: Known, read: Read) -> list[str]:
    """Take what is known of files that were not touched; return the other files."""
    rest: list[str] = []
    for path, stamp in tree.stamps.items():
        row = known.rows.get(path)
        if row is None or row.line != stamp:
            rest.append(path)
        else:
            read.results[path] = CODEC.decode(path, row.result)
            read.blobs[path] = row.blob
    return rest


def _processes(jobs: int, files: int) -> int:
    if not hasattr(os, "fork"):
        return 1
    if jobs:
        return max(1, min(jobs, files))
    # Only where it is known what this process may use is it known that forking is safe.
    if files < PARALLEL_MIN or not hasattr(os, "sched_getaffinity"):
        return 1
    return min(len(os.sched_getaffinity(0)), JOBS_MAX)


def _now(path: str, data: bytes) -> FileResult:
    """Return what a file gives, of most files the facts alone: checks need no more."""
    result = read_file(path, data)
    return result if is_governing(path) else result._replace(value=None)
