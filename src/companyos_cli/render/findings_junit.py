"""Findings as a JUnit report: a suite for each file, a failure for what counts.

What does not count is a case that passed, with the finding as its output.
"""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree as ET

from companyos.findings import Finding
from companyos_cli.render.findings_text import message_with_count
from companyos_cli.render.report import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold, not even escaped."""


def findings_junit(report: Report) -> str:
    """Return the report as one document; without findings it has one case."""
    root = ET.Element("testsuites", name="companyos")
    by_file = groupby(report.findings, key=lambda each: each.place.file)
    for file, findings in by_file:
        _suite(root, file, list(findings), report)
    if not report.findings:
        suite = ET.SubElement(
            root, "testsuite", name="config", tests="1", failures="0", errors="0"
        )
        ET.SubElement(suite, "testcase", classname="companyos", name="validate")
    tests = max(1, len(report.findings))
    root.set("tests", str(tests))
    root.set("failures", str(sum(_fails(each, report) for each in report.findings)))
    root.set("errors", "0")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _suite(
    root: ET.Element, file: str, findings: list[Finding], report: Report
) -> None:
    failures = sum(_fails(each, report) for each in findings)
    suite = ET.SubElement(
        root,
        "testsuite",
        name=_legal(file),
        tests=str(len(findings)),
        failures=str(failures),
        errors="0",
    )
    for finding in findings:
        _case(suite, finding, report)


def _case(suite: ET.Element, finding: Finding, report: Report) -> None:
    message = _legal(message_with_count(finding))
    case = ET.SubElement(
        suite,
        "testcase",
        classname=finding.check,
        name=f"{_legal(str(finding.place))}: {message}",
        file=_legal(finding.place.file),
        line=str(finding.place.line),
    )
    text = "\n".join(
        part
        for part in (
            f"{finding.severity}[{finding.check}]: {message}",
            f"--> {_legal(str(finding.place))}",
            f"help: {_legal(finding.hint)}" if finding.hint else "",
        )
        if part
    )
    if _fails(finding, report):
        failure = ET.SubElement(
            case, "failure", type=finding.severity.value, message=message
        )
        failure.text = text
    else:
        ET.SubElement(case, "system-out").text = text


def _fails(finding: Finding, report: Report) -> bool:
    return finding.severity in report.counting


def _legal(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
