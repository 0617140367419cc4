"""Findings that were there before somebody began to look, and are not told again.

A baseline names findings by fingerprint, so that it holds where lines have moved. An
error is never part of one. What it names and is no longer there is told, so that a
baseline only gets smaller.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from companyos.checks.check import Check
from companyos.checks.facts import Word
from companyos.digests import JSONValue, strict_json
from companyos.errors import CompanyosError, UsageError
from companyos.findings import Finding, Severity, in_order

SCHEMA = "companyos.baseline/v2"
BEFORE = "companyos.baseline/v1"
"""What named a list's item by its number, so that its fingerprints are others."""

STALE_ENTRY = Check(
    "baseline/stale-entry", Severity.INFO, "a finding of the baseline is gone"
)


class Entry(NamedTuple):
    """One known finding, and the line of the baseline that names it."""

    check: str
    file: str
    fingerprint: str
    line: int = 1


class Baseline(NamedTuple):
    """The known findings, and the path of the file that lists them."""

    path: str
    entries: tuple[Entry, ...]


def read_baseline(path: str, data: bytes) -> Baseline:
    """Return the baseline in a file.

    Raises:
        UsageError: it is none.
    """
    try:
        document = strict_json(data)
    except CompanyosError as error:
        raise _not_one(path, error.message) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema == BEFORE:
        raise UsageError(
            f"the baseline `{path}` is of an earlier version: `{BEFORE}`",
            hint="look at what there is, and write it anew with `--write-baseline`",
        )
    if not isinstance(document, dict) or schema != SCHEMA:
        raise _not_one(path, f"its `schema` is not `{SCHEMA}`")
    rows = document.get("findings")
    if not isinstance(rows, list):
        raise _not_one(path, "it has no list of `findings`")
    lines = _lines_of(data.decode())
    return Baseline(path, tuple(_entry(path, row, lines) for row in rows))


def is_baseline(data: bytes) -> bool:
    """Return whether these bytes say that they are one, of this version or before."""
    try:
        document = strict_json(data)
    except CompanyosError:
        return False
    schema = document.get("schema") if isinstance(document, dict) else None
    return schema in {SCHEMA, BEFORE}


def write_baseline(findings: Iterable[Finding]) -> bytes:
    """Return a baseline of these findings, without the errors, one a line."""
    rows = sorted(
        {
            (each.place.file, each.check, each.fingerprint)
            for each in findings
            if each.severity is not Severity.ERROR
        }
    )
    lines = (
        json.dumps({"check": check, "file": file, "fingerprint": fingerprint})
        for file, check, fingerprint in rows
    )
    body = ",".join(f"\n    {line}" for line in lines)
    end = "\n  ]" if rows else "]"
    return f'{{\n  "schema": "{SCHEMA}",\n  "findings": [{body}{end}\n}}\n'.encode()


class Compared(NamedTuple):
    """The findings that a baseline does not know, and those that it does."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...]


def compare(
    findings: Iterable[Finding], baseline: Baseline, *, is_whole: bool
) -> Compared:
    """Return which findings are new; an entry without a finding is one itself.

    That is not told unless `findings` are all there are, and none is an error: an
    error hides others.
    """
    known = {entry.fingerprint for entry in baseline.entries}
    new: list[Finding] = []
    old: list[Finding] = []
    for finding in findings:
        is_error = finding.severity is Severity.ERROR
        is_known = finding.fingerprint in known and not is_error
        (old if is_known else new).append(finding)
    met = {finding.fingerprint for finding in old}
    if is_whole and all(each.severity is not Severity.ERROR for each in new):
        new += [
            _stale(baseline.path, entry)
            for entry in baseline.entries
            if entry.fingerprint not in met
        ]
    return Compared(in_order(new), tuple(old))


def _stale(path: str, entry: Entry) -> Finding:
    word = Word(entry.fingerprint, path, entry.line)
    return STALE_ENTRY.finding(
        word,
        f"{entry.check} in `{entry.file}` is mended and still in the baseline",
        hint="write the baseline anew with `--write-baseline`",
    )


def _entry(path: str, row: JSONValue, lines: dict[str, int]) -> Entry:
    if not isinstance(row, dict):
        raise _not_one(path, "an entry is no mapping")
    check, file, fingerprint = (
        row.get(key) for key in ("check", "file", "fingerprint")
    )
    if not (
        isinstance(check, str)
        and isinstance(file, str)
        and isinstance(fingerprint, str)
    ):
        raise _not_one(path, "an entry lacks `check`, `file` or `fingerprint`")
    return Entry(check, file, fingerprint, lines.get(fingerprint, 1))


def _lines_of(text: str) -> dict[str, int]:
    """Return the line of each text in quotes; fingerprints occur once."""
    return {
        part: number
        for number, line in enumerate(text.split("\n"), start=1)
        for part in line.split('"')[1::2]
    }


def _not_one(path: str, why: str) -> UsageError:
    return UsageError(
        f"`{path}` is no baseline: {why}",
        hint="write one with `companyos validate --baseline FILE --write-baseline`",
    )
