"""JSON lines: one object a finding, with what the one document has of it."""

from __future__ import annotations

import json

from companyos_cli.render.findings_json import findings_json
from companyos_cli.render.findings_jsonl import findings_jsonl
from finding_reports import EMPTY, REPORT


def test_a_line_is_a_finding_of_the_document() -> None:
    """With the schema's name, so that a line can be read alone."""
    lines = [json.loads(line) for line in findings_jsonl(REPORT).split("\n")]
    assert {line.pop("schema") for line in lines} == {"companyos.finding/v1"}
    assert lines == json.loads(json.dumps(findings_json(REPORT.findings)))["findings"]


def test_nothing_found_is_no_line() -> None:
    """Who counts lines counts findings."""
    assert findings_jsonl(EMPTY) == ""
