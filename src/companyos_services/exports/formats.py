"""The file formats of an export: JSON lines, and CSV that no spreadsheet can run.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, and a
formula can send the sheet elsewhere. Rows hold what a tenant's users typed, so such a
text gets an apostrophe in front, which spreadsheets show as text; numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum

from companyos.digests import JSONObject, JSONValue


class Format(StrEnum):
    """What an export may be given as; the value is the media type."""

    CSV = "text/csv"
    JSON_LINES = "application/jsonl"

    @property
    def suffix(self) -> str:
        """Return what the file's name ends with."""
        return "csv" if self is Format.CSV else "jsonl"

    def head(self, columns: Sequence[str]) -> bytes:
        """Return what stands before the first row."""
        if self is Format.JSON_LINES:
            return b""
        return _line([_harmless(column) for column in columns])

    def body(self, columns: Sequence[str], documents: Sequence[str]) -> bytes:
        """Return rows, which come as the JSON that is stored."""
        if self is Format.JSON_LINES:
            return "".join(document + "\n" for document in documents).encode()
        return b"".join(_row(columns, json.loads(document)) for document in documents)


STARTS_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)
"""What makes a cell a formula, wide forms included; or hides one behind white space."""


def _row(columns: Sequence[str], row: JSONObject) -> bytes:
    return _line([_cell(row.get(column)) for column in columns])


def _cell(value: JSONValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _harmless(value)
    # Numbers, booleans and what is nested are written as in JSON: none is a formula.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _harmless(text: str) -> str:
    begins = text.startswith(STARTS_FORMULA) or text.lstrip().startswith(STARTS_FORMULA)
    return f"'{text}" if begins else text


def _line(cells: Sequence[str]) -> bytes:
    """Return one record as RFC 4180 writes it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
