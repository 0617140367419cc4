"""Findings for people: what is wrong, the line it is on, and how to mend it.

error[ref/unknown-policy]: policy bundle `pilot-standart` does not exist
 --> config/tenants/pilot-a.yaml:5:20
  |
4 | env: pilot
5 | policy_bundle_ref: pilot-standart
  |                    ^^^^^^^^^^^^^^ no such policy bundle
  |
 ::: config/policies/pilot-standard.yaml:2:12: closest match
  = help: did you mean `pilot-standard`?
  = more: companyos explain ref/unknown-policy
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from companyos.findings import Finding, Place, Related, Severity
from companyos_cli.console import Paint, Role

SHOWN_PER_CHECK = 20
"""Findings of one check that a terminal shows; other forms have them all."""

_WIDTH = 100
_ROLES = {
    Severity.ERROR: Role.ERROR,
    Severity.WARNING: Role.WARNING,
    Severity.INFO: Role.PLACE,
}
_PLURALS = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("remark", "remarks"),
}


def unpainted(text: str, _role: Role) -> str:
    """Return the text without colour."""
    return text


def findings_text(
    findings: Sequence[Finding],
    text_of: Callable[[str], str],
    paint: Paint = unpainted,
    *,
    aside: str = "",
) -> str:
    """Return all findings as text. `text_of` gives a file's text, empty if unknown.

    `aside` says in words what is not among them.
    """
    seen: Counter[str] = Counter()
    blocks: list[str] = []
    for finding in findings:
        seen[finding.check] += 1
        if seen[finding.check] <= SHOWN_PER_CHECK:
            blocks.append(_block(finding, text_of(finding.place.file), paint))
    blocks += [
        f"… and {count - SHOWN_PER_CHECK} more of {check}; `-o json` has them all"
        for check, count in sorted(seen.items())
        if count > SHOWN_PER_CHECK
    ]
    end = totals(findings)
    return "\n\n".join([*blocks, f"{end} ({aside})" if aside else end])


def totals(findings: Iterable[Finding]) -> str:
    """Return how many findings there are, in words."""
    counts = Counter(finding.severity for finding in findings)
    found = [
        f"{counts[severity]} {one if counts[severity] == 1 else many}"
        for severity, (one, many) in _PLURALS.items()
        if counts[severity]
    ]
    return ", ".join(found) or "nothing to report"


def message_with_count(finding: Finding) -> str:
    """Return a finding's message, with the number of places if there are several."""
    if finding.count == 1:
        return finding.message
    return f"{finding.message} (the first of {finding.count} places)"


def _block(finding: Finding, text: str, paint: Paint) -> str:
    role = _ROLES[finding.severity]
    header = paint(f"{finding.severity}[{finding.check}]", role)
    margin = " " * len(str(finding.place.line))
    lines = [
        f"{header}: {paint(_shown(finding.message), Role.STRONG)}",
        f"{margin}--> {paint(_shown(str(finding.place)), Role.PLACE)}",
        *_frame(finding, text, paint),
        *(_related(each, margin, paint) for each in finding.related),
        *_notes(finding, margin, paint),
    ]
    return "\n".join(lines)


def _notes(finding: Finding, margin: str, paint: Paint) -> list[str]:
    notes: list[str] = []
    if finding.count > 1:
        notes.append(f"{margin} = note: this is the first of {finding.count} places")
    if finding.hint:
        notes.append(f"{margin} = {paint('help', Role.PLACE)}: {_shown(finding.hint)}")
    notes.append(f"{margin} = more: companyos explain {finding.check}")
    return notes


def _related(related: Related, margin: str, paint: Paint) -> str:
    place = paint(_shown(str(related.place)), Role.PLACE)
    return f"{margin}::: {place}: {_shown(related.label)}"


def _frame(finding: Finding, text: str, paint: Paint) -> list[str]:
    """Return the line with a caret under the span, and the line before it."""
    place = finding.place
    lines = text.split("\n")
    if not text or place.line > len(lines):
        return []
    margin = " " * len(str(place.line))
    start = max(0, place.column - _WIDTH * 3 // 4)
    row = lines[place.line - 1].rstrip("\r")
    shown = [f"{margin} |"]
    if place.line > 1:
        before = _cut(lines[place.line - 2].rstrip("\r"), start)
        shown.append(f"{place.line - 1:>{len(margin)}} | {before}".rstrip())
    shown.append(f"{place.line} | {_cut(row, start)}".rstrip())
    carets = paint(_underline(place, row, start), _ROLES[finding.severity])
    label = f" {_shown(finding.label)}" if finding.label else ""
    return [*shown, f"{margin} | {carets}{label}", f"{margin} |"]


def _underline(place: Place, row: str, start: int) -> str:
    """Return carets below the span, counting wide characters as two columns."""
    first = place.column - 1
    last = place.end_column - 1 if place.end_line == place.line else len(row)
    span = row[first : min(max(last, first + 1), start + _WIDTH)]
    return " " * _columns(row[start:first]) + "^" * max(1, _columns(span))


def _cut(row: str, start: int) -> str:
    return _shown(row[start : start + _WIDTH])


def _shown(text: str) -> str:
    """Return text with one visible character for each that a terminal would act on."""
    return "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text
    )


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(each) in {"W", "F"} for each in text)
    marks = sum(unicodedata.combining(each) != 0 for each in text)
    return len(text) + wide - marks
