"""Findings as workflow commands, which GitHub shows beside the lines of a change.

It shows ten of a severity for each step and drops the others in silence; so no more are
written, and a last line says how many there are.
"""

from __future__ import annotations

from collections.abc import Iterator

from companyos.findings import Finding, Severity
from companyos_cli.render.findings_text import message_with_count, totals
from companyos_cli.render.report import Report

SHOWN_PER_SEVERITY = 10

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def findings_github(report: Report) -> str:
    """Return the workflow commands, the gravest first, and the totals."""
    lines: list[str] = []
    is_cut = False
    for severity in Severity:
        found = [each for each in report.findings if each.severity is severity]
        lines += [_command(each) for each in found[:SHOWN_PER_SEVERITY]]
        is_cut = is_cut or len(found) > SHOWN_PER_SEVERITY
    end = totals(report.findings)
    if is_cut:
        end += f"; shown are the first {SHOWN_PER_SEVERITY} of each"
    return "\n".join([*lines, f"companyos: {end}"])


def _command(finding: Finding) -> str:
    message = message_with_count(finding)
    if finding.hint:
        message += f"\nhelp: {finding.hint}"
    properties = ",".join(f"{k}={_property(v)}" for k, v in _properties(finding))
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(message)}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    place = finding.place
    yield "file", place.file
    yield "line", str(place.line)
    if place.end_line >= place.line:
        yield "endLine", str(place.end_line)
    # Columns have a meaning to GitHub within one line only.
    if place.end_line in {0, place.line}:
        yield "col", str(place.column)
        if place.end_line:
            yield "endColumn", str(place.end_column)
    yield "title", finding.check


def _data(text: str) -> str:
    """Return a message in which nothing reads as a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
