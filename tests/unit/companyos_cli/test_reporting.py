"""From what was found to what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from companyos.checks.choosing import Choice, Preferences
from companyos.errors import UsageError
from companyos.findings import Finding, Severity
from companyos_cli.exits import ExitStatus
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.reporting import (
    Found,
    Telling,
    answer_of,
    choice_of,
    form_of,
    report_of,
)
from finding_reports import KNOWN, LATE, SET_ASIDE, UNKNOWN


def everywhere(_finding: Finding) -> bool:
    """Want every finding."""
    return True


def test_options_name_several_checks_with_commas() -> None:
    """And can be repeated."""
    choice = choice_of(["flag, ref/*", "id"], [], least=Severity.INFO)
    assert choice.select == ("flag", "ref/*", "id")


@pytest.mark.parametrize("name", ["flags", "flag/", "", "flag/expired/x", "*"])
def test_what_names_nothing_is_refused(name: str) -> None:
    """Else a slip would hide everything."""
    with pytest.raises(UsageError, match="there is no check or group"):
        choice_of([name], [], least=Severity.INFO)


def test_only_what_is_wanted_counts(tmp_path: Path) -> None:
    """An error elsewhere is neither told nor answers no."""
    found = Found((LATE, UNKNOWN), (SET_ASIDE,))
    here = LATE.place.file
    telling = Telling()
    report = report_of(
        found, telling, lambda each: each.place.file == here, root=tmp_path
    )
    assert (report.findings, report.suppressed) == ((LATE,), (SET_ASIDE,))
    assert answer_of(report, telling, lambda _: "").status is ExitStatus.YES


def test_the_baseline_of_the_repository_holds_without_an_option(
    tmp_path: Path,
) -> None:
    """Its path is relative to the repository, wherever the command runs."""
    preferred = Preferences(baseline="known.json")
    found = Found((LATE, KNOWN), preferences=preferred)
    written = report_of(found, Telling(write_baseline=True), everywhere, root=tmp_path)
    assert (tmp_path / "known.json").is_file()
    assert (written.findings, len(written.known)) == ((), 2)
    assert report_of(found, Telling(), everywhere, root=tmp_path).findings == ()


def test_a_baseline_needs_a_place(tmp_path: Path) -> None:
    """Nothing is written where nobody said so."""
    with pytest.raises(UsageError, match="not said where"):
        report_of(Found(()), Telling(write_baseline=True), everywhere, root=tmp_path)


def test_a_choice_does_not_change_what_the_baseline_knows(tmp_path: Path) -> None:
    """What is not shown is written nevertheless, or it would come back."""
    preferred = Preferences(baseline="known.json")
    found = Found((LATE, KNOWN), preferences=preferred)
    narrow = Telling(choice=Choice(select=("id",)), write_baseline=True)
    report_of(found, narrow, everywhere, root=tmp_path)
    assert report_of(found, Telling(), everywhere, root=tmp_path).findings == ()


def test_a_form_that_is_named_is_that_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only `auto` looks around."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert form_of(FindingsOutput.TEXT) is FindingsOutput.TEXT
    assert form_of(FindingsOutput.AUTO) is FindingsOutput.GITHUB
