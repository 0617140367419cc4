"""Single edits of YAML files: exactly one value changes and every other byte stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

import pytest
from _pytest.mark import ParameterSet

from companyos.checks.pointers import Path
from companyos.config.edits.changes import changed, is_same
from companyos.config.edits.entries import (
    add_entry,
    insert_item,
    rename,
    replace,
)
from companyos.config.edits.removal import remove
from companyos.config.edits.rewrite import Rewrite, UnprovenError, rewritten
from companyos.config.edits.spans import Lines
from companyos.config.marks import Marks, Span
from companyos.config.yaml_source import Source, parse
from companyos.digests import JSONValue
from companyos.findings import Edit, Place

ROOT = FilePath(__file__).parents[5]
FILE = "config/tenants/acme.yaml"
STYLES = {
    "block": """\
# who
id: acme # the id
flags:
  - b # second
  # about d
  - d

map:
  one: 1

  two: |
    text
      more

  # about three
  three: {x: 1}
# the end
""",
    "flow": "id: 'acme'\nflags: [b, d] # two\nmap: {one: 1, two: \"t\", three: {x: 1}}",
    "long flow": 'id: "acme"\nflags: [\n  b, # b\n  d,\n]\nmap: {\n  one: 1,\n}\n',
    "crlf": "id: acme\r\nflags:\r\n- b\r\n- d\r\nmap:\r\n  one: 1\r\n  two: 2\r\n",
    "wide": "id: 😀 acme # ä\nflags: [b, d]\nmap: {one: é}\n",
    "odd keys": 'id: x\n\'flags\': [b, d]\n"map" : {"one" : 1}\n',
}


def source(text: str) -> Source:
    """Return a text as read."""
    return parse(FILE, text)


def made(text: str, rewrite: Rewrite | None) -> str:
    """Return the text with a rewrite made that there must be."""
    assert rewrite is not None
    return rewritten(text, rewrite)


def kept(text: str, rewrite: Rewrite) -> None:
    """Check that all before the first and behind the last edit is as it was."""
    new = rewritten(text, rewrite)
    lines = Lines(text)
    extents = [lines.extent(Span(*_numbers(edit.place))) for edit in rewrite.edits]
    first, last = min(e[0] for e in extents), max(e[1] for e in extents)
    assert new.startswith(text[:first])
    assert new.endswith(text[last:])


def _numbers(place: Place) -> tuple[int, int, int, int]:
    return place.line, place.column, place.end_line, place.end_column


@pytest.mark.parametrize("style", STYLES)
def test_a_scalar_is_replaced_where_it_stands(style: str) -> None:
    """Only the value's own characters change; comments and order stay."""
    text = STYLES[style]
    rewrite = replace(source(text), ("id",), "globex")
    kept(text, rewrite)
    assert source(made(text, rewrite)).value == {
        **_table(source(text).value), "id": "globex",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("item", "expected"), [("a", ["a", "b", "d"]), ("c", ["b", "c", "d"])]
)
@pytest.mark.parametrize("style", STYLES)
def test_an_item_goes_where_the_order_puts_it(
    style: str, item: str, expected: list[str]
) -> None:
    """A sorted list stays sorted, in brackets and on lines."""
    text = STYLES[style]
    rewrite = insert_item(source(text), ("flags",), item)
    assert _table(source(made(text, rewrite)).value)["flags"] == expected


@pytest.mark.parametrize("style", STYLES)
def test_an_entry_is_added_at_the_end(style: str) -> None:
    """A new key follows the last one of its mapping."""
    text = STYLES[style]
    rewrite = add_entry(source(text), ("map",), "new", True)
    new = _table(_table(source(made(text, rewrite)).value)["map"])
    assert list(new)[-1] == "new"
    assert new["new"] is True


@pytest.mark.parametrize("style", STYLES)
def test_an_entry_that_was_added_and_removed_leaves_no_trace(style: str) -> None:
    """Removing takes out exactly what adding put in."""
    text = STYLES[style]
    for path in ((), ("map",)):
        added = made(text, add_entry(source(text), path, "new", {"a": [1], "b": "c"}))
        assert made(added, remove(source(added), (*path, "new"))) == text


@pytest.mark.parametrize("style", STYLES)
def test_an_item_that_was_added_and_removed_leaves_no_trace(style: str) -> None:
    """Removing takes out exactly what inserting put in."""
    text = STYLES[style]
    for item, index in (("a", 0), ("c", 1), ("e", 2)):
        added = made(text, insert_item(source(text), ("flags",), item))
        assert made(added, remove(source(added), ("flags", index))) == text


def test_removing_takes_the_comment_of_the_line_and_no_other() -> None:
    """The comment beside an item goes with it; those above and below stay."""
    text = STYLES["block"]
    assert made(text, remove(source(text), ("flags", 0))) == text.replace(
        "  - b # second\n", ""
    )
    assert made(text, remove(source(text), ("map", "two"))) == text.replace(
        "  two: |\n    text\n      more\n", ""
    )


def test_the_only_item_leaves_an_empty_list() -> None:
    """A list without items is written as one, not as a key without value."""
    text = "id: x\nflags:\n  - b\nmap: {one: 1}\n"
    assert made(text, remove(source(text), ("flags", 0))) == text.replace(
        "\n  - b", " []"
    )
    assert made("a: [b]\n", remove(source("a: [b]\n"), ("a", 0))) == "a: []\n"


def test_an_empty_collection_takes_a_first_entry() -> None:
    """Brackets with nothing between them are filled."""
    text = "a: []\nb: { }\n"
    text = made(text, insert_item(source(text), ("a",), "x"))
    assert made(text, add_entry(source(text), ("b",), "y", 1)) == "a: [x]\nb: {y: 1}\n"


COMMENTED = {
    "first": ("[\n  # of b\n  b, # b\n]", "a", "[\n  a,\n  # of b\n  b, # b\n]"),
    "between": (
        "[\n  b, # b\n  # of d\n  d # d\n]", "c",
        "[\n  b, # b\n  c,\n  # of d\n  d # d\n]",
    ),
    "last": ("[\n  b # b\n]", "c", "[\n  b, # b\n  c\n]"),
    "last with a comma": ("[\n  b, # b\n]", "c", "[\n  b, # b\n  c,\n]"),
    "last of the first line": ("[b # b\n]", "c", "[b, # b\n  c\n]"),
    "last without comments": ("[\n  b\n]", "c", "[\n  b,\n  c\n]"),
    "only": ("[\n  # none\n]", "a", "[a\n  # none\n]"),
    "on lines": ("\n  # of b\n  - b # b", "a", "\n  - a\n  # of b\n  - b # b"),
}  # fmt: skip


@pytest.mark.parametrize("case", COMMENTED)
def test_what_is_new_comes_between_no_entry_and_its_comment(case: str) -> None:
    """Nor does it get a comment: a suppression would otherwise be about it as well."""
    text, item, expected = COMMENTED[case]
    found = source(f"x: {text}\ny: 1\n".replace("x: \n", "x:\n"))
    new = made(found.text, insert_item(found, ("x",), item))
    assert new == f"x: {expected}\ny: 1\n".replace("x: \n", "x:\n")


def test_a_long_value_goes_on_lines_of_its_own() -> None:
    """A mapping with mappings in it is written as a block below its key."""
    text = "a: 1\n"
    value: JSONValue = {"t": {"value": True, "reason": "yes: because " + "x" * 40}}
    new = made(text, add_entry(source(text), (), "b", value))
    assert new == (
        "a: 1\nb:\n  t:\n    value: true\n"
        f'    reason: "yes: because {"x" * 40}"\n'
    )  # fmt: skip


def test_the_comment_beside_a_value_stays_beside_its_key() -> None:
    """Not beside the last line of a long value that takes its place."""
    text = "a:\n  b: true # why\n  c: 1\n"
    value: JSONValue = {"value": True, "reason": "x" * 50}
    new = made(text, replace(source(text), ("a", "b"), value))
    assert new == (f"a:\n  b: # why\n    value: true\n    reason: {'x' * 50}\n  c: 1\n")


def test_a_key_is_not_renamed_to_one_that_is_there() -> None:
    """Two keys of one name would be an error."""
    text = "a: 1\nb: 2\n"
    assert rename(source(text), ("a",), "b") is None
    assert made(text, rename(source(text), ("a",), "c")) == "c: 1\nb: 2\n"


def test_an_edit_that_changes_more_than_it_says_is_not_made() -> None:
    """What a rewrite does is compared with what it says, types and order included."""
    text = "a: 1\nb: 2\n"
    silent = Rewrite(FILE, (Edit(Place(FILE, 1, 4, 1, 5), "'1'"),))
    breaking = Rewrite(FILE, (Edit(Place(FILE, 1, 4, 1, 5), "["),))
    overlapping = Rewrite(FILE, (*silent.edits, Edit(Place(FILE, 1, 1, 1, 5), "")))
    for rewrite in (silent, breaking, overlapping):
        with pytest.raises(UnprovenError):
            rewritten(text, rewrite)


def _files() -> list[FilePath]:
    return sorted((ROOT / "config").rglob("*.yaml"))


def _one_by_one() -> list[ParameterSet]:
    """Return our own files; the decision tables are long, so their turn is in CI."""
    return [pytest.param(file, id=file.stem, marks=_marks(file)) for file in _files()]


def _marks(file: FilePath) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.slow,) if file.stem.endswith(".tests") else ()


@pytest.mark.parametrize("file", _one_by_one())
def test_every_value_of_our_own_files_can_be_edited_alone(file: FilePath) -> None:
    """In each of the repository's files, each edit keeps every byte around it."""
    text = file.read_bytes().decode()
    found = source(text)
    count = 0
    for path in _paths(found.marks):
        for rewrite in (
            replace(found, path, "other: thing"),
            rename(found, path, "renamed"),
            remove(found, path),
        ):
            if rewrite is not None:
                kept(text, rewrite)
                expected = changed(found.value, rewrite.changes[0])
                assert is_same(source(rewritten(text, rewrite)).value, expected)
                count += 1
    assert count > 5


def _paths(marks: Marks, path: Path = ()) -> Iterator[Path]:
    for name, inner in marks.values.items():
        yield (*path, name)
        yield from _paths(inner, (*path, name))
    for index, inner in enumerate(marks.items):
        yield (*path, index)
        yield from _paths(inner, (*path, index))


def _table(value: JSONValue) -> dict[str, JSONValue]:
    assert isinstance(value, dict)
    return value
