"""Where a diff's changes are written: the line that is otherwise, not the file's first.

What is compiled knows a flag by the line of its id, and a role by no line at all.
Whoever has the files finds the line by the keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from companyos.config.kinds import KINDS, Kind
from companyos.config.sources import Sources
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import Source, read
from companyos.diff import FlagChange, Remark, StateDiff
from companyos.diff.governing import Path, changed_values, name_of
from companyos.digests import JSONValue
from companyos.findings import Place

_UNHEARD = frozenset({"description", "owner", "kind"})
"""Keys of a flag that decide nothing it answers."""


class Placing:
    """Finds lines in the files of both sides; a side without files has none."""

    def __init__(self, before: Sources | None, after: Sources | None) -> None:
        self._sides = before, after
        self._known: dict[tuple[int, str], Source | None] = {}

    def placed(self, diff: StateDiff) -> StateDiff:
        """Return the diff with the places of what changed."""
        return replace(
            diff,
            flags=tuple(map(self._flag, diff.flags)),
            remarks=tuple(map(self._remark, diff.remarks)),
        )

    def _flag(self, change: FlagChange) -> FlagChange:
        if change.before is None or change.after is None:
            return change
        sources = (
            self._source(0, change.before.file),
            self._source(1, change.after.file),
        )
        if sources[0] is None or sources[1] is None:
            return change
        keys = _first_change(sources[0].value, sources[1].value)
        if not keys:
            return change
        one, other = (_place(source, keys) for source in sources if source)
        return replace(change, before=one, after=other)

    def _remark(self, remark: Remark) -> Remark:
        if not remark.about:
            return remark
        kind, *keys = remark.about
        source = self._source(1, KINDS[Kind(kind)].path)
        if source is None:
            return remark
        place = _place(source, keys)
        return replace(remark, text=f"{remark.text} ({place.file}:{place.line})")

    def _source(self, side: int, path: str) -> Source | None:
        key = side, path
        if key not in self._known:
            self._known[key] = _read(self._sides[side], path)
        return self._known[key]


def _read(sources: Sources | None, path: str) -> Source | None:
    if sources is None or path not in sources:
        return None
    try:
        return read(path, sources[path])
    except RefusedYamlError:
        return None


def _first_change(before: JSONValue, after: JSONValue) -> Path:
    """Return the keys of the first value of a flag that decides and differs."""
    for keys, _, _ in changed_values(after, before):  # in the order that is new
        if keys and keys[0] not in _UNHEARD:
            return keys
    return ()


def _place(source: Source, keys: Sequence[str]) -> Place:
    """Return where the value under some keys is written, or the last on the way."""
    path: list[str | int] = []
    value = source.value
    for key in keys:
        if isinstance(value, Mapping) and key in value:
            path.append(key)
            value = value[key]
        elif (found := _row(value, key)) is not None:
            path.append(found[0])
            value = found[1]
        else:
            break
    marks = source.marks
    return (marks.key(tuple(path)) if path else marks.span).of(source.path)


def _row(value: JSONValue, name: str) -> tuple[int, JSONValue] | None:
    """Return the row of a list that has this name, and its number."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return None
    for number, row in enumerate(value):
        if name_of(row) == name:
            return number, row
    return None
