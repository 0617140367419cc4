"""Rewrites of single keys, values and items, in brackets or on lines of their own.

Each returns None where the file is written in a way it does not know; that the result
is right is proved when it is made, not here.
"""

from __future__ import annotations

from companyos.checks.pointers import Path
from companyos.config.edits.changes import (
    Inserted,
    Renamed,
    Replaced,
    value_at,
)
from companyos.config.edits.insertion import above_comments, within_brackets
from companyos.config.edits.rewrite import Rewrite
from companyos.config.edits.scalars import laid_out, quoted, written
from companyos.config.edits.spans import Layout
from companyos.config.marks import Marks
from companyos.config.yaml_source import Source
from companyos.digests import JSONValue
from companyos.findings import Edit


def replace(source: Source, path: Path, value: JSONValue) -> Rewrite:
    """Return the rewrite that writes another value, quoted where the old one was.

    A comment beside the old value stays on the line of the key.
    """
    layout = Layout(source)
    marks = source.marks.at(path)
    start, end = layout.start(marks), layout.end(marks)
    is_quoted = marks.style == '"' and isinstance(value, str)
    new = quoted(str(value)) if is_quoted else written(value)
    if path and isinstance(path[-1], str) and not is_quoted:
        owner = source.marks.at(path[:-1])
        key = layout.key(owner, path[-1])
        is_block = not layout.is_flow(marks) and (marks.values or marks.items)
        if is_block or start == end or isinstance(value, dict):
            start = layout.colon(key[1])
            inline = layout.is_flow(owner)
            column = layout.column(key[0])
            new = f" {new}" if inline else laid_out(value, column, layout.newline)
    made = Replaced(path, value)
    if new.startswith(("\r", "\n")):
        behind = layout.line_end(end)
        edits = layout.edit(start, end, ""), layout.edit(behind, behind, new)
        return Rewrite(source.path, edits, (made,))
    return _made(source, layout.edit(start, end, new), made)


def rename(source: Source, path: Path, name: str) -> Rewrite | None:
    """Return the rewrite that gives the last key of `path` another name."""
    owner = source.marks.at(path[:-1])
    if name in owner.keys or not isinstance(path[-1], str):
        return None
    layout = Layout(source)
    start, end = layout.key(owner, path[-1])
    edit = layout.edit(start, end, written(name))
    return _made(source, edit, Renamed(path, name))


def insert_item(source: Source, path: Path, item: str) -> Rewrite | None:
    """Return the rewrite that adds a text to the list at `path`.

    It goes where the order of the list puts it, or to the end of one without order.
    """
    found = value_at(source.value, path)
    if not isinstance(found, list):
        return None
    texts = [str(each) for each in found]
    index = _position(texts, item)
    layout = Layout(source)
    owner = source.marks.at(path)
    inserted = Inserted((*path, index), item)
    if layout.is_flow(owner):
        edits = within_brackets(layout, owner, index, written(item))
        return Rewrite(source.path, edits, (inserted,))
    if not texts:
        return replace(source, path, [item])
    return _block_item(layout, owner, inserted, written(item))


def add_entry(
    source: Source, path: Path, name: str, value: JSONValue, *, after: str = ""
) -> Rewrite | None:
    """Return the rewrite that adds a key and value to the mapping at `path`.

    It goes behind the key `after`, or to the end.
    """
    layout = Layout(source)
    owner = source.marks.at(path)
    change = Replaced((*path, name), value)
    text = f"{written(name)}: {written(value)}"
    keys = list(owner.keys)
    index = keys.index(after) + 1 if after in owner.keys else len(keys)
    if layout.is_flow(owner):
        edits = within_brackets(layout, owner, index, text)
        return _reordered(source, edits, change, index)
    if not keys:
        return replace(source, path, {name: value})
    before = layout.lines.extent(owner.keys[keys[0]])[0]
    column = layout.column(before)
    line = f"{' ' * column}{written(name)}:{laid_out(value, column, layout.newline)}"
    end = layout.line_end(layout.extents(owner)[index - 1][1])
    edit = layout.edit(end, end, f"{layout.newline}{line}")
    return _reordered(source, (edit,), change, index)


def _made(source: Source, edit: Edit, change: Renamed | Replaced | Inserted) -> Rewrite:
    return Rewrite(source.path, (edit,), (change,))


def _reordered(
    source: Source, edits: tuple[Edit, ...], change: Replaced, index: int
) -> Rewrite:
    """Return a rewrite whose new key stands where it was written, not at the end."""
    *way, name = change.path
    owner = value_at(source.value, tuple(way))
    rows = list(owner.items()) if isinstance(owner, dict) else []
    rows.insert(index, (str(name), change.value))
    return Rewrite(source.path, edits, (Replaced(tuple(way), dict(rows)),))


def _position(texts: list[str], item: str) -> int:
    if texts != sorted(texts):
        return len(texts)
    return sum(each < item for each in texts)


def _block_item(
    layout: Layout, owner: Marks, inserted: Inserted, text: str
) -> Rewrite | None:
    index = int(inserted.path[-1])
    extents = layout.extents(owner)
    neighbour = max(index - 1, 0)
    dash = layout.dash(extents[neighbour][0])
    if dash is None:
        return None
    line = " " * layout.column(dash) + f"- {text}"
    if index:
        end = layout.line_end(extents[neighbour][1])
        edit = layout.edit(end, end, f"{layout.newline}{line}")
    else:
        start = above_comments(layout, dash)
        edit = layout.edit(start, start, f"{line}{layout.newline}")
    return _made(layout.source, edit, inserted)
