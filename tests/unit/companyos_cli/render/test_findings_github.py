"""Workflow commands: escaped, capped, and never more than was found."""

from __future__ import annotations

from dataclasses import replace

from companyos.findings import Place
from companyos_cli.render.findings_github import SHOWN_PER_SEVERITY, findings_github
from companyos_cli.render.report import Report
from finding_reports import EMPTY, LATE, REPORT, UNKNOWN


def test_the_gravest_come_first_and_the_totals_last() -> None:
    """One line each, whatever the message holds."""
    lines = findings_github(REPORT).split("\n")
    commands = [line.partition(" ")[0] for line in lines]
    assert commands == ["::error", "::warning", "::notice", "companyos:"]
    assert lines[-1] == "companyos: 1 error, 1 warning, 1 remark"


def test_a_message_cannot_be_a_command() -> None:
    """Line ends and percent signs are written out, as GitHub's runner undoes them."""
    [line, _] = findings_github(Report((LATE,))).split("\n")
    assert "%0A::error::not a command" in line
    [line, _] = findings_github(Report((UNKNOWN,))).split("\n")
    assert "100 %25 (the first of 3 places)%0Ahelp: did you mean" in line


def test_a_property_cannot_end_early() -> None:
    """Colons and commas in a file's name are written out as well."""
    place = Place("config/a,b:c.yaml", 5, 13, 6, 2)
    [line, _] = findings_github(Report((replace(LATE, place=place),))).split("\n")
    assert "file=config/a%2Cb%3Ac.yaml,line=5,endLine=6,title=flag/expired::" in line


def test_columns_are_given_within_one_line_only() -> None:
    """GitHub takes columns of a span over several lines for a mistake."""
    [line, _] = findings_github(Report((UNKNOWN,))).split("\n")
    assert ",line=3,endLine=3,col=20,endColumn=28," in line
    [line, _] = findings_github(Report((LATE,))).split("\n")
    assert "col=" not in line


def test_there_are_never_more_of_a_severity_than_are_shown() -> None:
    """The last line says how many there are."""
    many = Report((UNKNOWN,) * 25 + (LATE,) * 3)
    *commands, end = findings_github(many).split("\n")
    assert sum(line.startswith("::error") for line in commands) == SHOWN_PER_SEVERITY
    assert sum(line.startswith("::warning") for line in commands) == 3
    assert end == "companyos: 25 errors, 3 warnings; shown are the first 10 of each"


def test_nothing_found_is_said() -> None:
    """So that the log of a workflow shows that something ran."""
    assert findings_github(EMPTY) == "companyos: nothing to report"
