"""SARIF: the official schema holds, and nothing is lost on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import jsonschema_rs
import pytest

import check_cases
from companyos.config.check_names import ALL
from companyos.config.load import load
from companyos.digests import JSONObject
from companyos_cli.render.findings_sarif import findings_sarif
from companyos_cli.render.report import Report
from finding_reports import EMPTY, FLAG, REPORT, UNKNOWN

SCHEMA = Path(__file__).parents[3] / "cases" / "sarif" / "sarif-2.1.0.json"
OFFICIAL = jsonschema_rs.Draft202012Validator(
    json.loads(SCHEMA.read_bytes()), validate_formats=True
)


def log_of(report: Report) -> JSONObject:
    """Return the log of a report, which the official schema must allow."""
    log: JSONObject = json.loads(findings_sarif(report, ALL))
    assert [error.message for error in OFFICIAL.iter_errors(log)] == []
    return log


def run_of(report: Report) -> dict[str, object]:
    """Return the log's one run."""
    runs = log_of(report)["runs"]
    assert isinstance(runs, list)
    [run] = runs
    return cast("dict[str, object]", run)


def test_a_log_without_findings_fits_the_official_schema() -> None:
    """A run that found nothing has an empty list of results, which is not none."""
    assert run_of(EMPTY)["results"] == []


def test_every_finding_of_the_report_is_a_result() -> None:
    """Those set aside too, each with its reason; others say that they are not."""
    results = run_of(REPORT)["results"]
    assert isinstance(results, list)
    told = [(each["ruleId"], each["level"], each["suppressions"]) for each in results]
    aside = {"kind": "inSource", "justification": "the audit needs it"}
    known = {"kind": "external", "justification": "known by the baseline"}
    assert told == [
        ("flag/expired", "warning", []),
        ("ref/unknown-policy", "error", []),
        ("id/case-collision", "note", []),
        ("flag/stale", "warning", [aside]),
        ("flag/unused", "warning", [known]),
    ]


def test_a_result_says_where_and_how_to_mend_it() -> None:
    """Place, related place, fingerprint and fix; the first rule index is its rule."""
    run = run_of(Report((UNKNOWN,)))
    results = run["results"]
    assert isinstance(results, list)
    [result] = results
    file = {"uri": "config/tenants/acme.yaml", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 3, "startColumn": 20, "endLine": 3, "endColumn": 28}
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": file, "region": region}}
    ]
    assert result["relatedLocations"][0]["message"] == {"text": "closest match"}
    assert result["partialFingerprints"] == {"companyos/v2": UNKNOWN.fingerprint}
    [change] = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {"deletedRegion": region, "insertedContent": {"text": "standard"}}
    ]
    tool = run["tool"]
    assert isinstance(tool, dict)
    assert tool["driver"]["rules"][result["ruleIndex"]]["id"] == "ref/unknown-policy"


def test_columns_are_code_points_and_paths_are_relative_and_escaped() -> None:
    """A space in a name is no space in a URI; what the root is, is said."""
    run = run_of(REPORT)
    results = run["results"]
    assert isinstance(results, list)
    place = results[0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == FLAG.replace(" ", "%20")
    assert run["columnKind"] == "unicodeCodePoints"
    bases = run["originalUriBaseIds"]
    assert isinstance(bases, dict)
    assert set(bases) == {"%SRCROOT%"}


@pytest.mark.parametrize("check", check_cases.names())
def test_what_each_check_finds_fits_the_official_schema(check: str) -> None:
    """No check makes a region, a path or a text that SARIF does not allow."""
    files, _ = check_cases.bad(check)
    loaded = load(files, today=check_cases.TODAY)
    run = run_of(Report(loaded.findings, loaded.suppressed))
    told = run["results"]
    assert isinstance(told, list)
    assert len(told) == len(loaded.findings) + len(loaded.suppressed) > 0
