"""JUnit: what counts fails, what does not is output, and it always is XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from companyos.findings import Severity
from companyos_cli.render.findings_junit import findings_junit
from companyos_cli.render.report import Report
from finding_reports import EMPTY, REPORT


def root_of(report: Report) -> ET.Element:
    """Return the document's root; a parser of XML must take it."""
    return ET.fromstring(findings_junit(report))  # noqa: S314 - our own text


def test_only_what_counts_is_a_failure() -> None:
    """An error is; a warning is the output of a case that passed."""
    root = root_of(REPORT)
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    [failure] = root.iter("failure")
    assert failure.get("type") == "error"
    assert len(list(root.iter("system-out"))) == 2


def test_warnings_fail_where_they_count() -> None:
    """As with `--strict`."""
    counting = frozenset({Severity.ERROR, Severity.WARNING})
    root = root_of(REPORT._replace(counting=counting))
    assert root.get("failures") == "2"


def test_a_suite_is_a_file_and_counts_its_own() -> None:
    """The numbers of all suites are those of the whole."""
    root = root_of(Report(tuple(sorted(REPORT.findings, key=lambda f: f.place))))
    suites = {each.get("name"): each.get("tests") for each in root.iter("testsuite")}
    assert suites == {
        "config/flags/new search.yaml": "1",
        "config/tenants/acme.yaml": "2",
    }


def test_text_that_no_xml_may_hold_is_replaced() -> None:
    """Markup is escaped, a control character cannot be."""
    root = root_of(REPORT)
    text = "".join(root.itertext())
    assert "<&>" in text
    assert "two files \N{REPLACEMENT CHARACTER}" in text


def test_nothing_found_is_a_case_that_passed() -> None:
    """An empty report would read as one that was not made."""
    root = root_of(EMPTY)
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert len(list(root.iter("testcase"))) == 1
