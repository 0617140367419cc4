"""Every check, by its examples: the bad one is found where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

import check_cases
from companyos.config.check_names import ALL
from companyos.config.load import load

ROOT = Path(__file__).parents[4]
WITHOUT_FILES = {
    "baseline/stale-entry",
    "internal/cache-corrupt",
    "schema/invalid",
    "yaml/symlink",
}
"""What no file's content can show; tested beside the code."""


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
