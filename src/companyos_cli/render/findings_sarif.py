"""Findings as SARIF 2.1.0 (OASIS), for code scanning and editors.

Columns are code points, paths are relative to the repository. What a comment or the
baseline set aside is there too, marked as such with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from companyos import __version__
from companyos.checks.check import Check
from companyos.digests import JSONObject, JSONValue
from companyos.findings import Finding, Fix, Place, Severity
from companyos_cli.render.findings_text import message_with_count
from companyos_cli.render.report import Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
    "sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def findings_sarif(report: Report, checks: Mapping[str, Check]) -> str:
    """Return the report as one SARIF log. `checks` describes what may be found."""
    told = list(_told(report))
    rules = sorted({finding.check for finding, _ in told})
    index = {rule: number for number, rule in enumerate(rules)}
    log: JSONObject = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "companyos",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule, checks.get(rule)) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    ROOT: {"description": {"text": "The root of the repository."}}
                },
                "results": [
                    {**_result(finding, index), "suppressions": aside}
                    for finding, aside in told
                ],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _told(report: Report) -> Iterator[tuple[Finding, list[JSONValue]]]:
    """Yield every finding with the reasons for which it is set aside."""
    for finding in report.findings:
        yield finding, []
    for each in report.suppressed:
        yield each.finding, [{"kind": "inSource", "justification": each.reason}]
    for finding in report.known:
        why = "known by the baseline"
        yield finding, [{"kind": "external", "justification": why}]


def _rule(name: str, check: Check | None) -> JSONObject:
    rule: dict[str, JSONValue] = {
        "id": name,
        "help": {"text": f"Run `companyos explain {name}`."},
    }
    if check is not None:
        rule["shortDescription"] = {"text": check.summary}
        rule["defaultConfiguration"] = {"level": _LEVELS[check.severity]}
    return rule


def _result(finding: Finding, index: Mapping[str, int]) -> JSONObject:
    text = message_with_count(finding)
    if finding.hint:
        text = f"{text}\n{finding.hint}"
    related: list[JSONValue] = [
        {"id": number, **_location(each.place), "message": {"text": each.label}}
        for number, each in enumerate(finding.related, start=1)
    ]
    result: dict[str, JSONValue] = {
        "ruleId": finding.check,
        "ruleIndex": index[finding.check],
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"companyos/v2": finding.fingerprint},
    }
    if related:
        result["relatedLocations"] = related
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _location(place: Place) -> JSONObject:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(place.file),
            "region": _region(place),
        }
    }


def _artifact(file: str) -> JSONObject:
    return {"uri": quote(file), "uriBaseId": ROOT}


def _region(place: Place) -> JSONObject:
    region = {"startLine": place.line, "startColumn": place.column}
    if place.end_line < place.line:
        return region
    return {**region, "endLine": place.end_line, "endColumn": place.end_column}


def _fix(fix: Fix) -> JSONObject:
    files = dict.fromkeys(edit.place.file for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": [
                    {
                        "deletedRegion": _region(edit.place),
                        "insertedContent": {"text": edit.text},
                    }
                    for edit in fix.edits
                    if edit.place.file == file
                ],
            }
            for file in files
        ],
    }
