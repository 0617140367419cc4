"""Files of exports: both formats, and cells that would be formulas."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos_services.exports.formats import Format

COLUMNS = ("amount", "name", "more")


def cells(*values: object) -> list[str]:
    """Return the cells of the first record, as a CSV reader sees them."""
    columns = tuple(f"c{number}" for number in range(len(values)))
    row = json.dumps(dict(zip(columns, values, strict=True)))
    text = Format.CSV.body(columns, [row]).decode()
    return next(csv.reader(io.StringIO(text, newline="")))


def test_json_lines_are_the_rows_as_they_are_stored() -> None:
    """So that the digest of an export is that of its file."""
    rows = ['{"n":1}', '{"n":2}']
    assert Format.JSON_LINES.head(("n",)) == b""
    assert Format.JSON_LINES.body(("n",), rows) == b'{"n":1}\n{"n":2}\n'


def test_csv_has_a_header_and_a_cell_for_every_column() -> None:
    """What a row does not have is an empty cell; a comma or a quote is quoted."""
    rows = ['{"amount":-5,"name":"a,b"}', '{"more":[1,"x"],"name":null}']
    assert Format.CSV.head(COLUMNS) == b"amount,name,more\r\n"
    assert Format.CSV.body(COLUMNS, rows) == (b'-5,"a,b",\r\n,,"[1,""x""]"\r\n')


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1",
        "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x", '=HYPERLINK("http://x.example")',
    ],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_run_is_text(text: str) -> None:
    """An apostrophe stands in front of it, in cells and in headers."""
    assert cells(text) == [f"'{text}"]
    assert Format.CSV.head((text,)).decode().lstrip('"').startswith("'")


@given(st.text(max_size=20))
def test_no_text_begins_a_formula(text: str) -> None:
    """Whatever is typed comes back, behind an apostrophe at most."""
    (cell,) = cells(text)
    assert cell in (text, f"'{text}")
    assert cell.lstrip()[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20")
