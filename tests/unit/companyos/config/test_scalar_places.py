"""An offset in a scalar's value leads back to where it is written."""

from __future__ import annotations

import pytest

from companyos.config.scalar_places import pieces_of, span_in
from companyos.config.yaml_source import read


@pytest.mark.parametrize(
    "text",
    [
        "a: one « two\n",
        "a: 'it''s « here'\n",
        'a: "\\u00e9 \\"x\\" « \\x41 z"\n',
        "a: |\n  one\n    two « three\n",
        "a: >-\n  one\n\n  two « three\n",
        "a: one\n  two « three\n",
        "# \U0001f600\na: \U0001f600 « x\n",
        "b: {a: 'x « y'}\n",
    ],
)
def test_a_mark_in_the_value_is_found_in_the_text(text: str) -> None:
    """Plain, quoted, literal and folded scalars all lead back."""
    source = read("x.yaml", text.encode())
    marks = source.marks.values.get("a") or source.marks.at(("b", "a"))
    value = source.value
    assert isinstance(value, dict)
    scalar = value.get("a") or value["b"]["a"]
    offset = scalar.index("«")
    span = span_in(pieces_of(text.split("\n"), scalar, marks), offset, offset + 1)
    line = text.count("\n", 0, text.index("«")) + 1
    column = text.index("«") - text.rfind("\n", 0, text.index("«"))
    assert (span.line, span.column) == (line, column)
    assert (span.end_line, span.end_column) == (line, column + 1)


def test_a_span_over_lines_ends_on_its_first() -> None:
    """A caret line can show one line only."""
    source = read("x.yaml", b"a: |\n  one\n  two\n")
    lines = source.text.split("\n")
    span = span_in(pieces_of(lines, "one\ntwo\n", source.marks.at(("a",))), 1, 6)
    assert (span.line, span.end_line) == (2, 2)
    assert span.end_column > span.column
