"""Findings as GitLab's code quality report.

GitLab tells findings apart by their fingerprint alone and shows the first of those that
are equal, so each has its own, which moved lines do not change.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from companyos.digests import JSONValue
from companyos.findings import Severity
from companyos_cli.render.findings_text import message_with_count
from companyos_cli.render.report import Report

_SEVERITIES = {
    Severity.ERROR: "critical",
    Severity.WARNING: "minor",
    Severity.INFO: "info",
}


def findings_gitlab(report: Report) -> str:
    """Return the report as a list of issues."""
    seen: Counter[str] = Counter()
    issues: list[JSONValue] = []
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        issues.append(
            {
                "description": message_with_count(finding),
                "check_name": finding.check,
                "fingerprint": _own(finding.fingerprint, seen[finding.fingerprint]),
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": finding.place.file,
                    "lines": {"begin": finding.place.line},
                },
            }
        )
    return json.dumps(issues, indent=2, ensure_ascii=False)


def _own(fingerprint: str, occurrence: int) -> str:
    """Return the fingerprint, for its second occurrence and later ones another."""
    if occurrence == 1:
        return fingerprint
    return hashlib.sha256(f"{fingerprint}\0{occurrence}".encode()).hexdigest()[:32]
