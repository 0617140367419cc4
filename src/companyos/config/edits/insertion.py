"""Edits that add an entry to a list or mapping, on a line of its own where others are.

A comment beside or directly above an entry stays so; what is new comes with none.
"""

from __future__ import annotations

import re

from companyos.config.edits.spans import Layout
from companyos.config.marks import Marks
from companyos.findings import Edit

_REST = re.compile(r"[ \t]*(,?)[ \t]*(#[^\r\n]*)?(?=\r?\n)")
"""What may follow an entry that is the last of its line: a comma, a comment."""


def within_brackets(
    layout: Layout, owner: Marks, index: int, text: str
) -> tuple[Edit, ...]:
    """Return the edits that add an entry before the one at `index`, or at the end."""
    extents = layout.extents(owner)
    if not extents:
        start, end = layout.start(owner) + 1, layout.end(owner) - 1
        is_empty = not layout.text[start:end].strip()
        return (layout.edit(start, end if is_empty else start, text),)
    if index == len(extents):
        return _behind(layout, extents[-1], text)
    start = extents[index][0]
    if not _begins_line(layout, start):
        return (layout.edit(start, start, f"{text}, "),)
    line = " " * layout.column(start) + f"{text},"
    if not index:
        at = above_comments(layout, start)
        return (layout.edit(at, at, f"{line}{layout.newline}"),)
    rest = _REST.match(layout.text, extents[index - 1][1])
    if rest is None or not rest[1]:
        return (layout.edit(start, start, f"{text}, "),)
    return (layout.edit(rest.end(), rest.end(), f"{layout.newline}{line}"),)


def above_comments(layout: Layout, start: int) -> int:
    """Return where the comments directly above an entry begin, or else its line."""
    at = layout.line_start(start)
    while at:
        above = layout.line_start(at - 1)
        if not layout.text[above:at].lstrip().startswith("#"):
            break
        at = above
    return at


def _behind(layout: Layout, last: tuple[int, int], text: str) -> tuple[Edit, ...]:
    """Return the edits that add an entry behind the last one."""
    start, end = last
    rest = _REST.match(layout.text, end)
    if rest is None or not (rest[2] or _begins_line(layout, start)):
        return (layout.edit(end, end, f", {text}"),)
    line = layout.text[layout.line_start(start) : start]
    indent = len(line) - len(line.lstrip(" ")) + (2 if line.strip() else 0)
    new = f"{layout.newline}{' ' * indent}{text}{rest[1]}"
    if rest[1]:
        return (layout.edit(rest.end(), rest.end(), new),)
    if rest.end() == end:
        return (layout.edit(end, end, f",{new}"),)
    return layout.edit(end, end, ","), layout.edit(rest.end(), rest.end(), new)


def _begins_line(layout: Layout, start: int) -> bool:
    return not layout.text[layout.line_start(start) : start].strip(" \t")
