"""Removing and adding entries: nobody else's comment moves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from companyos.checks.pointers import Path
from companyos.config.edits.entries import add_entry, insert_item
from companyos.config.edits.removal import remove, remove_several
from companyos.config.edits.rewrite import Rewrite, rewritten
from companyos.config.yaml_source import parse
from companyos.digests import JSONValue

FILE = "config/tenants/acme.yaml"
IGNORE = "# companyos: ignore[flag/expired] it stays"


def made(text: str, rewrite: Rewrite | None) -> str:
    """Return the text with a rewrite made that there must be."""
    assert rewrite is not None
    return rewritten(text, rewrite)


REMOVALS: dict[str, tuple[str, Path, str]] = {
    "the last, with its comment": (
        "a: [\n  x, # first\n  y, # second\n  x # third\n]\n",
        ("a", 2),
        "a: [\n  x, # first\n  y # second\n]\n",
    ),
    "the first, with its comment": (
        "a: [\n  x, # first\n  # about y\n  y # second\n]\n",
        ("a", 0),
        "a: [\n  # about y\n  y # second\n]\n",
    ),
    "one beside the bracket": (
        "a: [x, # first\n  y, # second\n]\n",
        ("a", 0),
        "a: [\n  y, # second\n]\n",
    ),
    "one of two on a line": (
        "a: [\n  x, y, # of both\n  z,\n]\n",
        ("a", 1),
        "a: [\n  x, # of both\n  z,\n]\n",
    ),
    "commas in front": (
        "a: [ x # first\n   , y # second\n   , z # third\n   ]\n",
        ("a", 1),
        "a: [ x # first\n   , z # third\n   ]\n",
    ),
    "the only one in brackets": (
        "a: [\n  # of all\n  x # first\n]\n",
        ("a", 0),
        "a: [\n  # of all\n]\n",
    ),
    "the last entry of a block": (
        "a: # the key\n  # above x\n  x: 1 # first\n  # below x\nb: 1\n",
        ("a", "x"),
        "a: {} # the key\n  # above x\n  # below x\nb: 1\n",
    ),
    "the last item at the end of a file": (
        "a: # the key\n- x # first",
        ("a", 0),
        "a: [] # the key",
    ),
    "the last entry of an item": (
        "- # the item\n  x: 1 # first\n- y: 1 # of the item\n",
        (0, "x"),
        "- # the item\n  {}\n- y: 1 # of the item\n",
    ),
    "the last entry beside a dash": (
        "- x: 1\n- y: 1 # of the item\n",
        (1, "y"),
        "- x: 1\n- {} # of the item\n",
    ),
    "a comment to us above it": (
        f"a:\n  # of all\n  {IGNORE}\n\n  # more\n  - x\n  - y\n",
        ("a", 0),
        "a:\n  # of all\n\n  # more\n  - y\n",
    ),
    "a comment to us above it in brackets": (
        f"a: [\n  {IGNORE}\n  x,\n  {IGNORE}\n  y\n]\n",
        ("a", 1),
        f"a: [\n  {IGNORE}\n  x\n]\n",
    ),
    "text like a comment to us above it": (
        f"a: |\n  {IGNORE}\nb: 1\n",
        ("b",),
        f"a: |\n  {IGNORE}\n",
    ),
}


@pytest.mark.parametrize("case", REMOVALS)
def test_a_comment_goes_with_its_entry_alone(case: str) -> None:
    """What stands beside an entry is its own, and so is what is said to us above it."""
    text, path, expected = REMOVALS[case]
    assert made(text, remove(parse(FILE, text), path)) == expected


@pytest.mark.parametrize(
    "text", ["a: [x, x, x]\n", "a:\n- x\n- x\n- x", "a: [\n  x,\n  x,\n  x\n]"]
)
def test_several_items_go_at_once(text: str) -> None:
    """Those next to each other as well, with or without a line break at the end."""
    new = made(text, remove_several(parse(FILE, text), ("a",), (1, 2)))
    assert parse(FILE, new).value == {"a": ["x"]}
    assert text.startswith(new[:5])
    assert new.endswith("\n") is text.endswith("\n")


DEEP = 3


@dataclass(frozen=True)
class Entry:
    """One entry: its form, the comments above and beside it, and what it stands on.

    In brackets it may stand on the line of the entry before, which then has no comment.
    """

    form: int
    above: int
    has_comment: bool
    is_on_line_before: bool


@dataclass(frozen=True)
class Collection:
    """A list or mapping between two other keys of a file."""

    entries: tuple[Entry, ...]
    is_mapping: bool
    is_flow: bool
    has_last_comma: bool

    def text(self) -> str:
        """Return the file."""
        opening, closing = "{}" if self.is_mapping else "[]"
        is_last = len(self.entries) - 1
        rows = [f"before: 1 # before\nall: {opening if self.is_flow else '# all'}"]
        for index in range(len(self.entries)):
            rows += [f"\n  # above {index}.{n}" for n in range(self.above(index))]
            rows.append(" " if self.shares_line(index) else "\n  ")
            rows.append(self.written(index))
            if self.is_flow and (index != is_last or self.has_last_comma):
                rows.append(",")
            if self.has_comment(index):
                rows.append(f" # beside {index}")
        end = f"\n  # last\n{closing if self.is_flow else ''} # closing\n"
        return "".join(rows) + end + "after: 1 # after\n"

    def written(self, index: int) -> str:
        """Return an entry without its comments; its last line has `v` and a number."""
        value = self.values(index)[self.entries[index].form][0]
        if self.is_mapping:
            return f"k{index}: {value}".replace(": \n", ":\n")
        return value if self.is_flow else f"- {value}"

    def values(self, index: int) -> list[tuple[str, JSONValue]]:
        """Return the forms that an entry may have, as text and as value."""
        name = f"v{index}."
        inner: JSONValue = {"x": 1, "y": name}
        deep = f"\n      x: 1 # inner {index}\n      y: {name}"
        if not self.is_mapping:
            deep = deep.replace("\n      ", "", 1).replace("      ", "    ")
        if self.is_flow:
            deep = f"{{{deep.replace('1', '1,', 1)} }}"
        return [
            (name, name),
            (f'"{name} # none"', f"{name} # none"),
            (f"{{x: 1, y: {name}}}", inner),
            (deep, inner),
        ]

    def value(self, gone: frozenset[int]) -> JSONValue:
        """Return what is left without some entries."""
        left = {
            index: self.values(index)[entry.form][1]
            for index, entry in enumerate(self.entries)
            if index not in gone
        }
        if self.is_mapping:
            return {f"k{index}": value for index, value in left.items()}
        return list(left.values())

    def shares_line(self, index: int) -> bool:
        """Return whether an entry begins on the line on which the one before ends."""
        entry = self.entries[index]
        return self.is_flow and entry.is_on_line_before and entry.form != DEEP

    def above(self, index: int) -> int:
        """Return how many comments there are above an entry."""
        return 0 if self.shares_line(index) else self.entries[index].above

    def has_comment(self, index: int) -> bool:
        """Return whether there is a comment beside an entry."""
        is_last = index + 1 == len(self.entries)
        ends_line = is_last or not self.shares_line(index + 1)
        return ends_line and self.entries[index].has_comment

    def beside(self, index: int) -> int:
        """Return the last entry of the line on which one ends."""
        last = index
        while last + 1 < len(self.entries) and self.shares_line(last + 1):
            last += 1
        return last

    def path(self, index: int) -> tuple[str | int]:
        """Return the way to an entry, in the collection."""
        return (f"k{index}" if self.is_mapping else index,)


COLLECTIONS = st.builds(
    Collection,
    entries=st.lists(
        st.builds(
            Entry,
            form=st.integers(0, DEEP),
            above=st.integers(0, 2),
            has_comment=st.booleans(),
            is_on_line_before=st.booleans(),
        ),
        min_size=1,
        max_size=6,
    ).map(tuple),
    is_mapping=st.booleans(),
    is_flow=st.booleans(),
    has_last_comma=st.booleans(),
)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@given(found=COLLECTIONS, gone=st.frozensets(st.integers(0, 5), min_size=1))
def test_what_stays_keeps_its_comments(
    newline: str, found: Collection, gone: frozenset[int]
) -> None:
    """Each entry that stays has beside and above it what it had, and nothing new."""
    removed = frozenset(index for index in gone if index < len(found.entries))
    assume(removed)
    text = found.text().replace("\n", newline)
    steps = [found.path(index)[0] for index in sorted(removed)]
    at_once = made(text, remove_several(parse(FILE, text), ("all",), steps))
    one_by_one = text
    for step in reversed(steps):
        source = parse(FILE, one_by_one)
        one_by_one = made(one_by_one, remove(source, ("all", step)))
    for new in (at_once, one_by_one):
        expected = {"before": 1, "all": found.value(removed), "after": 1}
        assert parse(FILE, new).value == expected
        assert new.count(newline) == new.count("\n")
        _check_comments(new.splitlines(), found, removed)


@given(found=COLLECTIONS, index=st.integers(0, 5))
def test_what_is_added_parts_no_entry_from_its_comments(
    found: Collection, index: int
) -> None:
    """Each entry has beside and above it what it had, in lists and in mappings."""
    source = parse(FILE, found.text())
    if found.is_mapping:
        after = f"k{min(index, len(found.entries) - 1)}"
        rewrite = add_entry(source, ("all",), "new", True, after=after)
    else:
        rewrite = insert_item(source, ("all",), f"v{index}")
    new = made(found.text(), rewrite)
    _check_comments(new.splitlines(), found, frozenset())


def _check_comments(
    rows: list[str], found: Collection, removed: frozenset[int]
) -> None:
    assert [rows[0], rows[-1]] == ["before: 1 # before", "after: 1 # after"]
    assert not any(row != row.rstrip() for row in rows[:-2])
    staying = {found.beside(index) for index in range(len(found.entries))} - {
        found.beside(index) for index in removed
    }
    for index in range(len(found.entries)):
        above = [f"  # above {index}.{n}" for n in range(found.above(index))]
        if index in removed:
            assert set(above) <= set(rows)
            continue
        last = found.beside(index)
        staying.add(last)
        comment = f" # beside {last}" if found.has_comment(last) else ""
        [at] = [n for n, row in enumerate(rows) if f"v{index}." in row]
        assert rows[at].replace(" # none", "").partition(" #")[2] == comment[2:]
        first = at - found.written(index).count("\n")
        assert rows[first - len(above) : first] == above
    told = {row.partition(" # beside ")[2] for row in rows} - {""}
    assert told == {str(index) for index in staying if found.has_comment(index)}
