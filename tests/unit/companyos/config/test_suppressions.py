"""Reading comments: which line they are about, and what is in them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from companyos.checks.suppressing import NAMES_MAX, Suppression
from companyos.config.suppressions import COMMENTS_MAX, suppressions_in

IGNORE = "# companyos: ignore[flag/expired] it stays"


def one(text: str) -> Suppression:
    """Return the one suppression of a text."""
    [found] = suppressions_in("x.yaml", text)
    return found


def test_a_comment_has_checks_a_reason_and_a_date() -> None:
    """Each at its own place, for findings about it."""
    found = one("a: 1 # companyos: ignore[flag/expired, a/b] why (until 2026-12-31)\n")
    assert [(each.text, each.place.column) for each in found.checks] == [
        ("flag/expired", 26),
        ("a/b", 40),
    ]
    assert found.reason == "why"
    assert found.until is not None
    assert (found.until.word.text, found.until.word.place.column) == ("2026-12-31", 56)
    assert found.until.end.isoformat() == "2027-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"a: 1 {IGNORE}\n", 1),
        (f"{IGNORE}\na: 1\n", 2),
        (f"  {IGNORE}\n\n# more\n  a: 1\n", 4),
        (f"a: 1\r\n{IGNORE}\r\nb: 1\r\n", 3),
        (f"a: 1\n{IGNORE}\n", 2),
    ],
)
def test_a_comment_is_about_its_line_or_the_next(text: str, line: int) -> None:
    """The next that is no comment; at the end of a file it is about nothing."""
    assert one(text).line == line


@pytest.mark.parametrize(
    "text",
    [
        f'a: "{IGNORE}"\n',
        f"a: '{IGNORE}'\n",
        f"a: |\n  {IGNORE}\n",
        f"a: >-\n  text\n  {IGNORE}\nb: 1\n",
        "a: x# companyos: ignore[flag/expired] no space before it\n",
        "a: 1 # see companyos: ignore[flag/expired]\n",
    ],
)
def test_what_is_no_comment_to_us_is_none(text: str) -> None:
    """Text within a value, and comments that only mention us."""
    assert suppressions_in("x.yaml", text) == ()


@pytest.mark.parametrize("header", ["|", ">-", "|2+", ">"])
def test_a_comment_where_a_block_begins_is_about_that_line(header: str) -> None:
    """What looks like a second one within the block is text."""
    text = f"a:\n  b: {header} {IGNORE}\n    text {IGNORE}\n    {IGNORE}\n  c: 1\n"
    assert (one(text).line, one(text).comment.place.line) == (2, 2)
    assert one(text.replace("\n", "\r\n")).line == 2


def test_a_hash_in_an_earlier_value_hides_no_comment() -> None:
    """Quotes end where they end."""
    assert one(f'a: "# no" {IGNORE}\n').reason == "it stays"


def test_no_more_comments_are_read_than_a_person_writes() -> None:
    """A file may be full of them."""
    text = f"a: 1 {IGNORE}\n" * (COMMENTS_MAX + 50)
    assert len(suppressions_in("x.yaml", text)) <= COMMENTS_MAX


def test_a_comment_names_no_more_checks_than_a_person_reads() -> None:
    """One that names more is not understood, so that it has no effect and is told."""
    names = [f"flag/f{number}" for number in range(NAMES_MAX + 1)]
    assert len(one(f"a: 1 # companyos: ignore[{','.join(names[1:])}] x").checks) == 20
    assert one(f"a: 1 # companyos: ignore[{','.join(names)}] x").checks == ()


@given(st.text(alphabet="#:[](),\n\r \t\"'|>ab-2{}&*!", max_size=60))
@example("]\n# companyos: ignore[")
@example("# companyos: ignore[a/b](until (until 2026-01-01)")
def test_no_text_gives_more_than_suppressions(text: str) -> None:
    """Whatever stands around and in a comment, it is read or left alone."""
    for found in suppressions_in("x.yaml", f"{text}# companyos: ignore[{text}] {text}"):
        assert found.line >= found.comment.place.line
