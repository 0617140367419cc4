"""Reading a work tree: what is known already, and the rest in several processes.

The answer does not depend on how many processes there are, nor on what was kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import TypeAlias, cast

from companyos.config.kinds import KINDS, kind_of_path
from companyos.config.read_file import FileResult, read_file
from companyos.config.record_codec import Codec, is_kept
from companyos.config.sources import WorkTree
from companyos.errors import CompanyosError, UsageError
from companyos_cli.result_cache import ResultCache, Share, blob_id, settled, unsealed

PARALLEL_MIN = 1500
"""Below so many files, starting another process takes longer than it saves."""

JOBS_MAX = 8

LINE_FILES = 1000
"""Results kept in one line, so that not all of them are in memory in both forms."""

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many files are read, of how many."""


@dataclass(slots=True)
class Read:
    """Every file's result and blob id, and the lines to keep for the next time."""

    results: dict[str, FileResult] = field(default_factory=dict)
    blobs: dict[str, str] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)


@dataclass(slots=True)
class _Part:
    """What one process read."""

    results: list[FileResult]
    lines: list[bytes]
    blobs: dict[str, str]


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
    tree: WorkTree, cache: ResultCache | None, *, jobs: int, progress: Progress
) -> Read:
    """Return what every file gives. `jobs` is how many processes read, 0 for `auto`."""
    read = Read()
    rest = list(tree)
    if cache is not None:
        cache.load()
        rest = _take_known(tree, cache, read)
    count = _processes(jobs, len(rest))
    lines = _read_rest(tree, rest, read, count=count, progress=progress, keep=cache)
    read.lines = lines
    return read


def _take_known(tree: WorkTree, cache: ResultCache, read: Read) -> list[str]:
    """Take what is known of files that were not touched; return the other files."""
    rest: list[str] = []
    for path, stamp in tree.stamps.items():
        known = cache.untouched(path, stamp)
        result = None if known is None else cache.result(path, known)
        if known is None or result is None:
            rest.append(path)
        else:
            read.results[path] = result
            read.blobs[path] = known.blob
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


def _read_rest(
    tree: WorkTree,
    rest: Sequence[str],
    read: Read,
    *,
    count: int,
    progress: Progress,
    keep: ResultCache | None,
) -> list[bytes]:
    """Read these files into `read`; return the lines to keep."""
    # Files of which there is one are for this process, which needs their values.
    single = [path for path in rest if _is_single(path)]
    many = [path for path in rest if not _is_single(path)]
    helpers = [
        _Helper(tree, many[index::count], keep=keep) for index in range(1, count)
    ]
    told = _Told(progress, len(rest), count)
    parts = [_read_part(tree, [*single, *many[::count]], keep=keep, told=told)]
    lines = parts[0].lines
    for part in parts:
        _merge(part, read)
    for helper in helpers:
        lines += helper.into(read)
    return lines if keep is not None else []


def _merge(part: _Part, read: Read) -> None:
    read.results.update((each.path, each) for each in part.results)
    read.blobs.update(part.blobs)


def _is_single(path: str) -> bool:
    kind = kind_of_path(path)
    return kind is not None and bool(KINDS[kind].path)


@dataclass(slots=True)
class _Told:
    """Counts files for whoever watches; the helpers are taken to be as quick."""

    progress: Progress
    total: int
    processes: int
    done: int = 0

    def one(self) -> None:
        """Count one more file."""
        self.done += 1
        if not self.done % 64:
            self.progress(min(self.done * self.processes, self.total), self.total)


def _read_part(
    tree: WorkTree,
    paths: Sequence[str],
    *,
    keep: ResultCache | None,
    told: _Told | None = None,
    for_other: bool = False,
) -> _Part:
    codec, share = Codec(), Share([], {})
    part = _Part([], [], {})
    now_ns = keep.now_ns if keep is not None else 0
    for path in paths:
        result, blob = _result(path, tree[path], keep)
        part.blobs[path] = blob
        kept = is_kept(result)
        if kept and (keep is not None or for_other):
            stamp = settled(tree.stamps[path], now_ns=now_ns)
            share.files[path] = stamp, blob, codec.encode(result)
        if len(share.files) >= LINE_FILES:
            part.lines.append(_line(codec, share))
            codec, share = Codec(), Share([], {})
        if not (kept and for_other):
            part.results.append(result)
        if told is not None:
            told.one()
    if share.files:
        part.lines.append(_line(codec, share))
    return part


def _line(codec: Codec, share: Share) -> bytes:
    share.paths.extend([list(path) for path in codec.paths])
    return share.line()


def _result(
    path: str, data: bytes, cache: ResultCache | None
) -> tuple[FileResult, str]:
    blob = blob_id(data)
    known = cache.same(path, blob) if cache is not None else None
    result = None if cache is None or known is None else cache.result(path, known)
    if result is None:
        result = read_file(path, data)
        if result.value is not None and not _is_single(path):
            result = _without_value(result)
    return result, blob


def _without_value(result: FileResult) -> FileResult:
    """Return a result with its facts alone, which are all that checks need."""
    path, kind, record = result.path, result.kind, result.record
    more = (result.conditions, result.suppressions)
    return FileResult(path, kind, result.findings, None, record, *more)


class _Helper:
    """Another process that reads some of the files."""

    def __init__(
        self, tree: WorkTree, paths: Sequence[str], *, keep: ResultCache | None
    ) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self._here, there = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_help, args=(there, self._here, tree, paths, keep), daemon=True
        )
        self._process.start()
        there.close()

    def into(self, read: Read) -> list[bytes]:
        """Take what the other process read; return the lines to keep.

        Raises:
            CompanyosError: what kept it from reading.
        """
        try:
            told: object = self._here.recv()
        except EOFError:
            raise UsageError(
                "a process that read files was ended",
                hint="try again with `--jobs 1`, which needs less memory",
            ) from None
        self._process.join()
        if isinstance(told, CompanyosError):
            raise told
        results, blobs, lines = cast(
            "tuple[list[FileResult], dict[str, str], list[bytes]]", told
        )
        read.results.update((each.path, each) for each in results)
        read.blobs.update(blobs)
        for line in lines:
            _decode(line, read)
        return lines


def _decode(line: bytes, read: Read) -> None:
    share = unsealed(line)
    codec = Codec([tuple(path) for path in share["paths"]])
    for path, (_, _, row) in share["files"].items():
        read.results[path] = codec.decode(path, row)


def _help(
    there: Connection[object, object],
    here: Connection[object, object],
    tree: WorkTree,
    paths: Sequence[str],
    keep: ResultCache | None,
) -> None:
    here.close()
    try:
        part = _read_part(tree, paths, keep=keep, for_other=True)
        there.send((part.results, part.blobs, part.lines))
    except CompanyosError as error:
        there.send(error)
    finally:
        there.close()
