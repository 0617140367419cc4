"""From an offset in a scalar's value back to the line and column where it is written.

A value and its text differ by escapes, folds and indentation. A scalar is therefore cut
into pieces that are written as they read; each knows where it begins in both.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from companyos.config.marks import Marks, Span


class Piece(NamedTuple):
    """From `offset` of the value on, the text runs from this line and column."""

    offset: int
    line: int
    column: int


Pieces = tuple[Piece, ...]

_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL
)


def pieces_of(lines: Sequence[str], value: str, marks: Marks) -> Pieces:
    """Return the pieces of one scalar of the file that has these lines."""
    span = marks.span
    if marks.style in {"'", '"'}:
        written = lines[span.line - 1][span.column : span.end_column - 2]
        escape = re.compile("''") if marks.style == "'" else _ESCAPE
        return _quoted(written, span, escape)
    first = span.line - 1
    if marks.style:
        first += 1
        rows = lines[first : max(span.end_line, first + 1)]
        return _folded(rows, first + 1, 0, value)
    rows = list(lines[first : span.end_line])
    if rows:
        rows[0] = rows[0][span.column - 1 :]
    return _folded(rows, span.line, span.column - 1, value)


def span_in(pieces: Pieces, start: int, end: int) -> Span:
    """Return the span of `value[start:end]`; ends on the line where it starts."""
    line, column = _at(pieces, start)
    end_line, end_column = _at(pieces, max(start, end - 1))
    if end_line != line:
        end_column = column
    return Span(line, column, line, end_column + 1)


def _at(pieces: Pieces, offset: int) -> tuple[int, int]:
    index = max(0, bisect_right(pieces, offset, key=lambda each: each.offset) - 1)
    piece = pieces[index]
    return piece.line, piece.column + offset - piece.offset


def _quoted(written: str, span: Span, escape: re.Pattern[str]) -> Pieces:
    """Return the pieces between escapes; an escape stands for one character."""
    column = span.column + 1
    pieces = [Piece(0, span.line, column)]
    shorter = 0
    for found in escape.finditer(written):
        shorter += len(found.group()) - 1
        end = found.end()
        pieces.append(Piece(end - shorter, span.line, column + end))
    return tuple(pieces)


def _folded(rows: Sequence[str], line: int, shift: int, value: str) -> Pieces:
    """Return one piece a line, found again in the value by its words."""
    pieces: list[Piece] = []
    offset = 0
    for number, row in enumerate(rows):
        words = row.strip(" \r")
        found = value.find(words, offset) if words else -1
        if found >= 0:
            indent = len(row) - len(row.lstrip(" "))
            before = shift if number == 0 else 0
            pieces.append(Piece(found, line + number, before + indent + 1))
            offset = found + len(words)
    return tuple(pieces) or (Piece(0, line, shift + 1),)
