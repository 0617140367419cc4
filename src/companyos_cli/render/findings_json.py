"""Findings for programs: `companyos.findings/v1`, which changes only by adding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from companyos.checks.suppressing import Suppressed
from companyos.digests import JSONObject
from companyos.findings import Finding, Fix, Place, Severity

SCHEMA = "companyos.findings/v1"


def findings_json(
    findings: Sequence[Finding],
    *,
    suppressed: Sequence[Suppressed] = (),
    known: int = 0,
) -> JSONObject:
    """Return all findings as one document; `known` is how many a baseline has."""
    counts = Counter(finding.severity for finding in findings)
    return {
        "schema": SCHEMA,
        "summary": {severity.value: counts[severity] for severity in Severity},
        "findings": [finding_json(each) for each in findings],
        "suppressed": [
            {**finding_json(each.finding), "reason": each.reason} for each in suppressed
        ],
        "known": known,
    }


def finding_json(finding: Finding) -> JSONObject:
    """Return one finding."""
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "message": finding.message,
        **_place(finding.place),
        "path": finding.path,
        "label": finding.label,
        "expected": finding.expected,
        "hint": finding.hint,
        "count": finding.count,
        "related": [
            {**_place(each.place), "label": each.label} for each in finding.related
        ],
        "docs": f"docs/reference/checks/{finding.check}.md",
        "fingerprint": finding.fingerprint,
        "fix": _fix(finding.fix) if finding.fix else None,
    }


def _fix(fix: Fix) -> JSONObject:
    return {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [{**_place(each.place), "text": each.text} for each in fix.edits],
    }


def _place(place: Place) -> JSONObject:
    """Return a place whose end is never before its start."""
    has_end = place.end_line >= place.line
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line if has_end else place.line,
        "end_column": place.end_column if has_end else place.column,
    }
