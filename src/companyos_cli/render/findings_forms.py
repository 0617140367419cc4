"""Findings in the form that another program asks for; text and JSON are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from companyos.checks.check import Check
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.render.report import Report


def rendered(report: Report, form: FindingsOutput, checks: Mapping[str, Check]) -> str:
    """Return the report in a form for other programs. `checks` describes the checks."""
    from companyos_cli.render import (
        findings_github,
        findings_gitlab,
        findings_jsonl,
        findings_junit,
        findings_sarif,
    )

    forms: Mapping[FindingsOutput, Callable[[], str]] = {
        FindingsOutput.JSONL: lambda: findings_jsonl.findings_jsonl(report),
        FindingsOutput.SARIF: lambda: findings_sarif.findings_sarif(report, checks),
        FindingsOutput.GITHUB: lambda: findings_github.findings_github(report),
        FindingsOutput.GITLAB: lambda: findings_gitlab.findings_gitlab(report),
        FindingsOutput.JUNIT: lambda: findings_junit.findings_junit(report),
    }
    return forms[form]()
