"""GitLab's report: what its documentation asks for, and no finding hides another."""

from __future__ import annotations

import json
from dataclasses import replace

from companyos.findings import Place
from companyos_cli.render.findings_gitlab import findings_gitlab
from companyos_cli.render.report import Report
from finding_reports import EMPTY, LATE, REPORT


def test_an_issue_has_what_gitlab_asks_for() -> None:
    """Description, check, fingerprint, one of five severities, path and line."""
    issues = json.loads(findings_gitlab(REPORT))
    assert [each["severity"] for each in issues] == ["minor", "critical", "info"]
    assert issues[1]["location"] == {
        "path": "config/tenants/acme.yaml",
        "lines": {"begin": 3},
    }
    assert set(issues[0]) == {
        "description", "check_name", "fingerprint", "severity", "location",
    }  # fmt: skip


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    """GitLab shows only the first of those that are equal."""
    issues = json.loads(findings_gitlab(Report((LATE, LATE, LATE))))
    assert len({each["fingerprint"] for each in issues}) == 3
    assert issues[0]["fingerprint"] == LATE.fingerprint


def test_a_moved_line_keeps_its_fingerprint() -> None:
    """What was told in an earlier run is no new issue."""
    moved = replace(LATE, place=Place(LATE.place.file, 90, 1, 90, 9))
    [before] = json.loads(findings_gitlab(Report((LATE,))))
    [after] = json.loads(findings_gitlab(Report((moved,))))
    assert before["fingerprint"] == after["fingerprint"]


def test_nothing_found_is_an_empty_list() -> None:
    """GitLab reads an absent report as an unknown one."""
    assert json.loads(findings_gitlab(EMPTY)) == []
