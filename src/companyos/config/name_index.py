"""Which files have which names, small enough to be read whole on every run.

Names and paths are checksums here, so that some file too many may be named, and never
one too few.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from zlib import crc32

from companyos.checks.names import Name

_LOW = 0xFFFFFFFF


class NameIndex:
    """Finds the files of a name among `paths`. It changes in place."""

    def __init__(self, entries: array[int], paths: Iterable[str]) -> None:
        self._entries = entries
        self._paths = paths

    @classmethod
    def of(cls, named: Iterable[tuple[str, Iterable[Name]]]) -> NameIndex:
        """Return the index of files and the names of each."""
        entries: list[int] = []
        paths: list[str] = []
        for path, names in named:
            paths.append(path)
            entries += _entries(path, names)
        entries.sort()
        return cls(array("Q", entries), paths)

    @classmethod
    def from_bytes(cls, data: bytes, paths: Iterable[str]) -> NameIndex:
        """Return the index that `to_bytes` wrote on this machine.

        Raises:
            ValueError: these are no entries.
        """
        entries = array("Q")
        entries.frombytes(data)
        return cls(entries, paths)

    def to_bytes(self) -> bytes:
        """Return the entries, for this machine alone."""
        return self._entries.tobytes()

    def files(self, name: Name) -> list[str]:
        """Return the files that have the name, by path, with perhaps a few others."""
        wanted = _sum(name)
        position = bisect_left(self._entries, wanted << 32)
        found: list[str] = []
        while position < len(self._entries):
            entry = self._entries[position]
            if entry >> 32 != wanted:
                break
            found += self._by_sum.get(entry & _LOW, ())
            position += 1
        return sorted(set(found))

    def remove(self, path: str, names: Iterable[Name]) -> None:
        """Forget that a file has these names.

        Raises:
            ValueError: it has not all of them.
        """
        for entry in _entries(path, names):
            position = bisect_left(self._entries, entry)
            if self._entries[position : position + 1] != array("Q", [entry]):
                raise ValueError("an index does not fit its files")
            del self._entries[position]

    def add(self, path: str, names: Iterable[Name]) -> None:
        """Note that a file has these names as well."""
        for entry in _entries(path, names):
            self._entries.insert(bisect_left(self._entries, entry), entry)

    @cached_property
    def _by_sum(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for path in self._paths:
            # As `_sum_of` does it, spelled out: it is the most that is done here.
            total = crc32(path.encode("utf-8", "surrogatepass"))
            if total in found:
                found[total].append(path)
            else:
                found[total] = [path]
        return found


def _entries(path: str, names: Iterable[Name]) -> Iterator[int]:
    """Yield one number for each name, each once, the name's sum in its upper half."""
    low = _sum_of(path)
    for name in dict.fromkeys(names):
        yield _sum(name) << 32 | low


def _sum(name: Name) -> int:
    return _sum_of("\0".join(name))


def _sum_of(text: str) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"))
