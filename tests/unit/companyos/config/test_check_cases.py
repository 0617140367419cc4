"""Every check, by its examples: the bad one is found where it is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import check_cases
from companyos.config.check_names import ALL
from companyos.config.kinds import Kind, modeline
from companyos.config.load import load

ROOT = Path(__file__).parents[4]
WITHOUT_FILES = {
    "baseline/stale-entry",
    "internal/cache-corrupt",
    "schema/invalid",
    "yaml/symlink",
}
"""What no file's content can show; tested beside the code."""

REPAIRED = ("expired", "malformed", "missing-reason", "unknown-check")
"""Checks of comments whose pages show a right comment instead."""


def test_the_base_of_all_examples_is_clean() -> None:
    """Nothing is wrong with the files that all examples start from."""
    assert load(check_cases.base(), today=check_cases.TODAY).findings == ()


def test_every_check_has_examples() -> None:
    """No check is without a bad example."""
    assert {*check_cases.names(), *WITHOUT_FILES} == set(ALL)


@pytest.mark.parametrize("check", sorted(ALL))
def test_every_check_has_a_page(check: str) -> None:
    """There is a page about each check that begins with its name."""
    page = ROOT / "docs" / "reference" / "checks" / f"{check}.md"
    assert page.read_text("utf-8").startswith(f"# {check}\n")


@pytest.mark.parametrize("check", check_cases.names())
def test_a_bad_example_gives_its_one_finding(check: str) -> None:
    """The mistake is found at its line and column, and nothing else is."""
    files, expected = check_cases.bad(check)
    findings = load(files, today=check_cases.TODAY).findings
    assert {f.check for f in findings} == {check, *expected.also}
    found = [f for f in findings if f.check == check]
    assert [(f.check, f.place.file, f.place.line, f.place.column) for f in found] == [
        (check, expected.file, expected.line, expected.column)
    ]
    assert found[0].severity is ALL[check].severity


@pytest.mark.parametrize("check", check_cases.names())
def test_a_good_example_gives_nothing(check: str) -> None:
    """What the check asks for passes it, and every other check."""
    assert load(check_cases.good(check), today=check_cases.TODAY).findings == ()


def page_examples(check: str) -> list[str]:
    """Return what the page of a check shows as wrong and as right."""
    page = ROOT / "docs" / "reference" / "checks" / f"{check}.md"
    return re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def checks_of(flag: str, today: date) -> list[str]:
    """Return the checks that find something in a flag's file of these lines."""
    lines = {"flag_id": "search", "description": "x", "owner": "team-shop"}
    head = [f"{key}: {each}" for key, each in lines.items() if f"{key}:" not in flag]
    text = "\n".join([modeline(Kind.FLAG), *head, "default: false", flag])
    path = "config/flags/search.yaml"
    found = load({**check_cases.base(), path: text.encode()}, today=today).findings
    return [each.check for each in found if each.place.file == path]


@pytest.mark.parametrize("today", [date(2026, 6, 1), date(2031, 1, 1)])
def test_the_page_about_late_dates_is_right_on_any_day(today: date) -> None:
    """Its examples are judged from today, whenever that is."""
    wrong, right = page_examples("flag/expires-late")
    assert "flag/expires-late" in checks_of(wrong, today)
    assert "flag/expires-late" not in checks_of(right, today)
    assert "flag/no-expiry" not in checks_of(right, today)


def test_a_comment_that_the_docs_show_sets_its_finding_aside() -> None:
    """It stands on the line where the finding is, as people will copy it."""
    page = (ROOT / "docs" / "reference" / "findings.md").read_text("utf-8")
    shown = [line for line in page.splitlines() if "# companyos: ignore[" in line]
    shown += [page_examples(f"suppress/{name}")[1] for name in REPAIRED]
    assert len(shown) == 1 + len(REPAIRED)
    for example in shown:
        found = checks_of(example, check_cases.TODAY)
        assert not [each for each in found if each.startswith("suppress/")], example
        assert "flag/no-expiry" not in found
