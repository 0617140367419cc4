"""Findings as JSON lines, `companyos.finding/v1` each, for pipes."""

from __future__ import annotations

import json

from companyos_cli.render.findings_json import finding_json
from companyos_cli.render.report import Report

SCHEMA = "companyos.finding/v1"


def findings_jsonl(report: Report) -> str:
    """Return one line for each finding, nothing where there is none."""
    rows = ({"schema": SCHEMA, **finding_json(each)} for each in report.findings)
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
