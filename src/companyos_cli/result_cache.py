"""What files gave when they were read before, kept in `.git/companyos/cache/`.

One line of JSON each: the first says for whom the rest is, every other one holds the
results of some files, later ones in place of earlier ones. A result is used for the
very bytes it was made of: known by their Git blob id, and for a file that has not been
touched since by its stamp, as Git's own index does it. Only what one file gives is
kept; whatever looks over files, or at the calendar, is found again on every run.
Whatever is wrong with the file, it is as if it were not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict, cast

from companyos.config.sources import Stamp
from companyos.digests import JSONValue
from companyos.errors import CompanyosError

if TYPE_CHECKING:
    from companyos.config.read_file import FileResult
    from companyos.config.record_codec import Codec, Row
    from companyos.config.written_conditions import Trees

LINES_MAX = 150
"""How many additions there may be before the whole is written again."""

SETTLED_NS = 2_000_000_000
"""A file younger than this when it was read may change without its stamp changing."""


class Line(TypedDict, total=False):
    """What lines say: whom it is for, files' results, or conditions' trees."""

    key: str
    paths: list[list[str | int]]
    files: dict[str, tuple[list[int] | None, str, Row]]
    catalog: str
    conditions: list[Row]


class Known(NamedTuple):
    """One file's result, and what it was made of."""

    codec: Codec
    stamp: Stamp | None
    blob: str
    row: Row


class Share(NamedTuple):
    """Results of some files as one line: `stamp`, `blob` and row by path."""

    paths: list[JSONValue]
    files: dict[str, tuple[Stamp | None, str, Row]]

    def line(self) -> bytes:
        """Return the line."""
        return sealed({"paths": self.paths, "files": self.files})


def sealed(document: Mapping[str, object]) -> bytes:
    """Return a line that tells when it is not what it was: a digest, then JSON."""
    data = json.dumps(document, separators=(",", ":")).encode()
    return _digest(data) + b" " + data + b"\n"


def unsealed(line: bytes) -> Line:
    """Return what a line says.

    Raises:
        ValueError: it is not what it was.
    """
    digest, _, data = line.rstrip(b"\n").partition(b" ")
    if digest != _digest(data):
        raise ValueError("a line is not what it was")
    return cast("Line", json.loads(data))


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).hexdigest().encode()


def blob_id(data: bytes) -> str:
    """Return the id that Git gives to these bytes."""
    header = b"blob %d\0" % len(data)
    return hashlib.sha1(header + data, usedforsecurity=False).hexdigest()


class ResultCache:
    """Reads and writes one file of kept results."""

    def __init__(self, path: Path, key: str, *, now_ns: int) -> None:
        self._path = path
        self._key = key
        self.now_ns = now_ns
        self._known: dict[str, Known] = {}
        self._lines = 0
        self._conditions: dict[str, list[Row]] = {}
        self.is_corrupt = False

    def load(self) -> None:
        """Read what is there, if it is for this version of everything."""
        try:
            head, *lines = self._path.read_bytes().splitlines()
        except (OSError, ValueError):
            return
        try:
            self._take(head, lines)
        except (ValueError, TypeError, KeyError, RecursionError):
            self.is_corrupt = True
            self._known, self._lines = {}, 0

    def _take(self, head: bytes, lines: Iterable[bytes]) -> None:
        from companyos.config.record_codec import Codec

        if unsealed(head)["key"] != self._key:
            return
        for line in lines:
            share = unsealed(line)
            self._lines += 1
            if "conditions" in share:
                rows = self._conditions.setdefault(share["catalog"], [])
                rows.extend(share["conditions"])
                continue
            codec = Codec([tuple(path) for path in share["paths"]])
            for path, (stamp, blob, row) in share["files"].items():
                told = None if stamp is None else Stamp(*stamp)
                self._known[path] = Known(codec, told, blob, row)

    def untouched(self, path: str, stamp: Stamp) -> Known | None:
        """Return what is known of a file that has not been touched since."""
        known = self._known.get(path)
        return known if known is not None and known.stamp == stamp else None

    def same(self, path: str, blob: str) -> Known | None:
        """Return what is known of a file with these bytes."""
        known = self._known.get(path)
        return known if known is not None and known.blob == blob else None

    def result(self, path: str, known: Known) -> FileResult | None:
        """Return the result, None where it cannot be read."""
        try:
            return known.codec.decode(path, known.row)
        except (ValueError, TypeError, KeyError, IndexError):
            self.is_corrupt = True
            return None

    def trees(self, catalog: str) -> Trees:
        """Return the conditions' trees that were made with this catalogue."""
        from companyos.conditions.wire import from_wire

        found: Trees = {}
        try:
            for text, types, tree in self._conditions.get(catalog, ()):
                names = None if types is None else tuple(cast("list[str]", types))
                found[cast("str", text), names] = from_wire(tree)
        except (ValueError, TypeError, CompanyosError):
            self.is_corrupt = True
        return found

    def trees_line(
        self, catalog: str, trees: Trees, known: Collection[object]
    ) -> bytes:
        """Return the line that keeps those of the trees that are not known."""
        from companyos.conditions.wire import to_wire

        rows: list[Row] = [
            [text, types, to_wire(tree)]
            for (text, types), tree in trees.items()
            if (text, types) not in known
        ]
        if not rows:
            return b""
        return sealed({"catalog": catalog, "conditions": rows})

    def add(self, lines: Iterable[bytes], *, paths: Mapping[str, Stamp]) -> None:
        """Keep further results; `paths` are the files there are now."""
        added = b"".join(lines)
        gone = len(self._known.keys() - paths.keys())
        try:
            is_short = 0 < self._lines < LINES_MAX and gone <= len(paths)
            if is_short and not self.is_corrupt:
                _append(self._path, added)
                return
            _replace(self._path, self._head() + self._kept(paths) + added)
        except OSError:
            return  # a clone that cannot be written to is checked all the same

    def _head(self) -> bytes:
        return sealed({"key": self._key})

    def _kept(self, paths: Mapping[str, Stamp]) -> bytes:
        """Return what is known of files that are still there, a line for each codec."""
        shares: dict[int, Share] = {}
        for path, (codec, stamp, blob, row) in self._known.items():
            if path not in paths or self.is_corrupt:
                continue
            if id(codec) not in shares:
                own: list[JSONValue] = [list(each) for each in codec.paths]
                shares[id(codec)] = Share(own, {})
            shares[id(codec)].files[path] = stamp, blob, row
        return b"".join(share.line() for share in shares.values())


def settled(stamp: Stamp, *, now_ns: int) -> Stamp | None:
    """Return the stamp if a later change of the file is sure to change it."""
    is_old = max(stamp.modified, stamp.changed) < now_ns - SETTLED_NS
    return stamp if is_old else None


def _append(path: Path, data: bytes) -> None:
    if not data:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, data)
    finally:
        os.close(descriptor)


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)


def cache_file(root: Path) -> Path | None:
    """Return where results are kept: in the repository's own folder, or nowhere."""
    for folder in (root, *root.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return entry / "companyos" / "cache" / "validate.jsonl"
        if entry.is_file():
            told = entry.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
            git = (folder / told).resolve()
            return git / "companyos" / "cache" / "validate.jsonl"
    return None


def cache_key() -> str:
    """Return what a kept result depends on beside the file: schemas, code, engines."""
    import sys

    import yaml

    import companyos
    from companyos.config import schema_engines, schema_files

    digest = hashlib.sha256()
    engines = (yaml.__version__, schema_engines.engine().name)
    parts = (companyos.__version__, sys.version, *engines, schema_files.digest())
    for part in parts:
        digest.update(part.encode() + b"\0")
    package = Path(companyos.__file__).parent
    for folder in ("config", "checks", "flags", "authz"):
        with os.scandir(package / folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.name.endswith(".py"):
                    stat = entry.stat()
                    row = f"{folder}/{entry.name} {stat.st_mtime_ns} {stat.st_size}\n"
                    digest.update(row.encode())
    return digest.hexdigest()
