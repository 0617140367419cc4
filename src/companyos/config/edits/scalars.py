"""How values are written: plain where everybody reads them alike, quoted otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from companyos.config.yaml_scalars import NoJsonNumberError, is_ambiguous, resolve
from companyos.digests import JSONValue

_PLAIN = re.compile(r"[A-Za-z0-9][^\s:#,\[\]{}\"'`]*(?: [^\s:#,\[\]{}\"'`]+)*")
_SHORT = 50
"""Characters that a mapping in brackets may have."""

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def quoted(text: str) -> str:
    """Return a text in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def written(value: JSONValue) -> str:
    """Return a value on one line: scalars, and lists and mappings in brackets."""
    if isinstance(value, str):
        return value if _reads_plain(value) else quoted(value)
    if isinstance(value, Mapping):
        rows = [f"{written(key)}: {written(each)}" for key, each in value.items()]
        return "{" + ", ".join(rows) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)


def laid_out(value: JSONValue, column: int, newline: str) -> str:
    """Return a value as it stands behind the colon of a key at a column.

    A mapping that is long, or has mappings in it, goes on lines of its own.
    """
    line = f" {written(value)}"
    if not isinstance(value, Mapping) or not value:
        return line
    is_deep = any(isinstance(each, Mapping) for each in value.values())
    if not is_deep and column + len(line) <= _SHORT:
        return line
    inner = column + 2
    rows = [
        f"{' ' * inner}{written(key)}:{laid_out(each, inner, newline)}"
        for key, each in value.items()
    ]
    return newline + newline.join(rows)


def _reads_plain(text: str) -> bool:
    """Return whether a text needs no quotes, in brackets or out of them."""
    if not _PLAIN.fullmatch(text) or is_ambiguous(text):
        return False
    try:
        is_text = isinstance(resolve(text), str)
    except NoJsonNumberError:
        return False
    # What begins like a number is a sexagesimal or a version somewhere; dates are used
    # plainly all over the desired state.
    return is_text and (not text[0].isdigit() or _DATE.fullmatch(text) is not None)
