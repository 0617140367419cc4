"""Rewrites that take keys and items away, each with its own comment and no other.

The comment beside an entry goes with it, and so does one to companyos on a line of its
own above it: that is about the entry's line. Every other comment stays where it is.
Each returns None where the file is written in a way it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeAlias

from companyos.checks.pointers import Path
from companyos.config.edits.changes import Removed
from companyos.config.edits.rewrite import Rewrite
from companyos.config.edits.spans import Layout
from companyos.config.marks import Marks
from companyos.config.yaml_source import Source
from companyos.findings import Edit

_Extent: TypeAlias = tuple[int, int]

_COMMA = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*,")
_BESIDE = re.compile(r"[ \t]*,?[ \t]*(#[^\r\n]*)")
_TO_US = re.compile(r"[ \t]*#[ \t]*companyos:")


def remove(source: Source, path: Path) -> Rewrite | None:
    """Return the rewrite that takes a key with its value, or an item, away."""
    return remove_several(source, path[:-1], path[-1:])


def remove_several(
    source: Source, way: Path, steps: Sequence[str | int]
) -> Rewrite | None:
    """Return the rewrite that takes keys or items of one collection away."""
    layout = Layout(source)
    owner = source.marks.at(way)
    names: list[str | int] = list(owner.keys) or list(range(len(owner.items)))
    gone = sorted(names.index(step) for step in steps)
    if layout.is_flow(owner):
        edits = _cut(layout, _within_brackets(layout, owner, gone))
    elif len(gone) == len(names):
        edits = _emptied(layout, way)
    else:
        edits = _without_lines(layout, owner, gone)
    if not edits:
        return None
    changes = tuple(Removed((*way, names[index])) for index in reversed(gone))
    return Rewrite(source.path, edits, changes)


def _cut(layout: Layout, pieces: Iterable[_Extent]) -> tuple[Edit, ...]:
    """Return the edits that take pieces of the text out.

    Without a line break at its end a file has none afterwards either.
    """
    edits: list[Edit] = []
    for start, end in _joined(pieces):
        first = start
        if end == len(layout.text) and not layout.text.endswith("\n"):
            first = max(start - 1, 0)
            first -= layout.text[first - 1 : first] == "\r"
        edits.append(layout.edit(first, end, ""))
    return tuple(edits)


def _joined(pieces: Iterable[_Extent]) -> list[_Extent]:
    """Return the pieces in order, as one where they touch."""
    joined: list[_Extent] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            first, last = joined.pop()
            joined.append((first, max(last, end)))
        else:
            joined.append((start, end))
    return joined


def _emptied(layout: Layout, way: Path) -> tuple[Edit, ...]:
    """Return the edits of a collection on lines of its own that loses all in it."""
    if not way:
        return ()
    owner = layout.source.marks.at(way)
    nothing = "[]" if owner.items else "{}"
    lines = _without_lines(layout, owner, range(len(layout.extents(owner))))
    start, end = layout.start(owner), layout.end(owner)
    if not lines:
        return (layout.edit(start, end, nothing),)
    if isinstance(way[-1], int):
        return (layout.edit(start, layout.line_end(end), nothing),)
    key = layout.key(layout.source.marks.at(way[:-1]), way[-1])
    colon = layout.colon(key[1])
    return (layout.edit(colon, colon, f" {nothing}"), *lines)


def _without_lines(
    layout: Layout, owner: Marks, gone: Iterable[int]
) -> tuple[Edit, ...]:
    """Return the edits that take out the lines of entries, none if they share them."""
    extents = layout.extents(owner)
    pieces: list[_Extent] = []
    for index in gone:
        start, end = extents[index]
        first = layout.dash(start) if owner.items else start
        if first is None or layout.text[layout.line_start(first) : first].strip(" "):
            return ()
        pieces.append(_lines(layout, first, end))
        pieces += _remarks_above(layout, extents, index)
    return _cut(layout, pieces)


def _within_brackets(
    layout: Layout, owner: Marks, gone: Collection[int]
) -> Iterator[_Extent]:
    """Yield the pieces that go with entries in brackets, with the blanks about them."""
    extents = layout.extents(owner)
    for start, end in _beside(layout, _marked(layout, extents, set(gone))):
        piece = _with_blanks(layout, start, end)
        yield piece
        if piece == _lines(layout, start, end):
            for index in gone:
                if extents[index][0] == start:
                    yield from _remarks_above(layout, extents, index)


def _marked(
    layout: Layout, extents: Sequence[_Extent], gone: Collection[int]
) -> Iterator[_Extent]:
    """Yield entries that go, each with its comment and with a comma next to it.

    That is the comma behind it, if on the same line, or else the one before it.
    """
    staying = -1
    commas: list[int] = []
    for index, (start, end) in enumerate(extents):
        found = _COMMA.match(layout.text, end)
        comma = [found.end() - 1] if found else []
        if index not in gone:
            staying = end
            commas += comma
            continue
        yield start, end
        if staying < layout.line_start(end):
            yield from _comment_beside(layout, end)
        is_beside = comma and layout.line_start(comma[0]) == layout.line_start(end)
        if commas and not is_beside:
            yield commas[-1], commas.pop() + 1
            commas += comma
        elif comma:
            yield comma[0], comma[0] + 1


def _comment_beside(layout: Layout, end: int) -> Iterator[_Extent]:
    found = _BESIDE.match(layout.text, end)
    if found:
        yield found.span(1)


def _beside(layout: Layout, pieces: Iterable[_Extent]) -> list[_Extent]:
    """Return the pieces in order, as one where there are only blanks between them."""
    joined: list[_Extent] = []
    for start, end in sorted(pieces):
        if joined and not layout.text[joined[-1][1] : start].strip(" \t"):
            joined.append((joined.pop()[0], end))
        else:
            joined.append((start, end))
    return joined


def _with_blanks(layout: Layout, start: int, end: int) -> _Extent:
    """Return a piece of text in brackets with the blanks that would be too many."""
    before = layout.text[layout.line_start(start) : start]
    behind = layout.text[end : layout.line_end(end)]
    if not before.strip() and not behind.strip():
        return _lines(layout, start, end)
    if before.strip() and (not behind.strip() or behind[0] in "]}"):
        return start - (len(before) - len(before.rstrip())), end
    if not before.strip() or before[-1] in " \t[{":
        return start, end + len(behind) - len(behind.lstrip())
    return start, end


def _lines(layout: Layout, start: int, end: int) -> _Extent:
    """Return from where to where the lines of a piece reach, with the line break."""
    following = layout.text.find("\n", end)
    last = following + 1 if following >= 0 else len(layout.text)
    return layout.line_start(start), last


def _remarks_above(
    layout: Layout, extents: Sequence[_Extent], index: int
) -> Iterator[_Extent]:
    """Yield the lines above an entry that are a comment to companyos about it."""
    limit = extents[index - 1][1] if index else 0
    end = layout.line_start(extents[index][0])
    while end > limit:
        start = layout.line_start(end - 1)
        row = layout.text[start:end]
        if start < limit or (row.strip() and not row.lstrip().startswith("#")):
            return
        if _TO_US.match(row):
            yield start, end
        end = start
