"""Where things stand in a text: offsets for marks, and how far a value reaches.

Offsets count code points, as lines and columns of marks do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from companyos.config.marks import Marks, Span
from companyos.config.yaml_source import Source
from companyos.findings import Edit, Place

_BLOCK = frozenset("|>")
_NOTHING = re.compile(r"(?:[ \r\n]|(?<![^\s])#[^\n]*)*")


class Lines:
    """The lines of a text, to go from offsets to places and back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, both counted from 1."""
        if line > len(self._starts):
            return len(self.text)
        return min(self._starts[line - 1] + column - 1, len(self.text))

    def extent(self, span: Span) -> tuple[int, int]:
        """Return the offsets at which a span begins and ends."""
        start = self.offset(span.line, span.column)
        return start, self.offset(span.end_line, span.end_column)

    def place(self, file: str, start: int, end: int) -> Place:
        """Return the place of `text[start:end]` in `file`."""
        return Place(file, *self._position(start), *self._position(end))

    def edit(self, file: str, start: int, end: int, text: str) -> Edit:
        """Return the edit that writes `text` in place of `text[start:end]`."""
        return Edit(self.place(file, start, end), text)

    def _position(self, offset: int) -> tuple[int, int]:
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - self._starts[line - 1] + 1


class Layout:
    """How one file is written: where each value, key and line begins and ends."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.lines = Lines(source.text)
        self.newline = "\r\n" if "\r\n" in source.text else "\n"

    def start(self, marks: Marks) -> int:
        """Return where a value begins."""
        return self.lines.extent(marks.span)[0]

    def end(self, marks: Marks) -> int:
        """Return where a value ends, behind its last character or bracket."""
        start, end = self.lines.extent(marks.span)
        inner = [*marks.values.values(), *marks.items]
        if self.is_flow(marks):
            return end if inner else self._closing(start)
        if inner:
            return self.end(inner[-1])
        return self._end_of_lines(start, end) if marks.style in _BLOCK else end

    def key(self, owner: Marks, name: str) -> tuple[int, int]:
        """Return where a key of a mapping begins and ends."""
        return self.lines.extent(owner.keys[name])

    def extents(self, owner: Marks) -> list[tuple[int, int]]:
        """Return where each entry or item of a collection begins and ends."""
        if owner.items:
            return [(self.start(each), self.end(each)) for each in owner.items]
        values = owner.values
        return [
            (self.lines.extent(span)[0], self.end(values[name]))
            for name, span in owner.keys.items()
        ]

    def is_flow(self, marks: Marks) -> bool:
        """Return whether a value is a list or mapping in brackets."""
        start = self.start(marks)
        return not marks.style and self.text[start : start + 1] in {"[", "{"}

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends, before its line break."""
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if end and self.text[end - 1] == "\r" else end

    def column(self, offset: int) -> int:
        """Return how many characters of its line are before an offset."""
        return offset - self.line_start(offset)

    def colon(self, after: int) -> int:
        """Return the offset just behind the colon that follows a key."""
        return self.text.index(":", after) + 1

    def dash(self, item: int) -> int | None:
        """Return where the `-` of an item stands; None if not alone on its line."""
        start = self.line_start(item)
        before = self.text[start:item]
        if before.strip(" ") != "-":
            return None
        return start + before.index("-")

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Return the edit that writes `text` in place of a piece of the file."""
        return self.lines.edit(self.source.path, start, end, text)

    def _closing(self, opening: int) -> int:
        """Return the offset behind the bracket that closes an empty collection."""
        found = _NOTHING.match(self.text, opening + 1)
        return (found.end() if found else opening + 1) + 1

    def _end_of_lines(self, start: int, end: int) -> int:
        """Return where a `|` or `>` text ends: the parser adds what follows it."""
        rows = self.text[start:end].split("\n")
        filled = [row for row in rows[1:] if row.strip()]
        if not filled:
            return start + len(rows[0].rstrip())
        indent = _indent(filled[0])
        while not rows[-1].strip() or _indent(rows[-1]) < indent:
            rows.pop()
        return start + len("\n".join(rows).rstrip("\r"))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip(" "))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with edits of one file made, the last one first.

    Raises:
        ValueError: two of them overlap, or one is not in the text.
    """
    lines = Lines(text)
    spans = [(*lines.extent(Span(*_numbers(each.place))), each.text) for each in edits]
    made, limit = text, len(text)
    for start, end, new in sorted(spans, key=lambda span: span[:2], reverse=True):
        if not 0 <= start <= end <= limit:
            raise ValueError("edits overlap")
        made = made[:start] + new + made[end:]
        limit = start
    return made


def _numbers(place: Place) -> tuple[int, int, int, int]:
    return place.line, place.column, place.end_line, place.end_column
