"""Which findings are reported, and how severe a repository holds them."""

from __future__ import annotations

import pytest

import check_cases
from companyos.checks.choosing import Choice, Preferences, choose, is_known, matches
from companyos.config.check_names import ALL
from companyos.config.load import load
from companyos.findings import Finding, Place, Severity

CHECKS = "config/checks.yaml"
HEAD = "# yaml-language-server: $schema=../schemas/checks.schema.json\n"


def finding(check: str) -> Finding:
    """Return a finding of a check, as severe as it is."""
    return Finding(check, ALL[check].severity, "found", Place("x.yaml", 1))


ERROR = finding("ref/unknown-flag")
WARNING = finding("flag/expired")
REMARK = finding("flag/expires-soon")
EVERYTHING = (ERROR, WARNING, REMARK)


def told(choice: Choice, preferences: Preferences | None = None) -> set[str]:
    """Return what is left of an error, a warning and a remark."""
    chosen = choose(EVERYTHING, choice, preferences or Preferences(), ALL)
    return {f"{each.severity} {each.check}" for each in chosen}


def preferred(text: str) -> tuple[Preferences, list[str]]:
    """Return what `config/checks.yaml` prefers, and the findings about it."""
    files = {**check_cases.base(), CHECKS: (HEAD + text).encode()}
    loaded = load(files, today=check_cases.TODAY)
    return loaded.preferences, [each.check for each in loaded.findings]


@pytest.mark.parametrize("pattern", ["flag", "flag/*", "flag/expired"])
def test_a_check_is_meant_by_name_and_by_group(pattern: str) -> None:
    """And no other group that begins alike."""
    assert matches("flag/expired", pattern)
    assert not matches("flagged/expired", pattern)
    assert is_known(pattern, ALL)
    assert not is_known("flag/expire", ALL)


def test_without_a_wish_all_that_is_severe_enough_is_told() -> None:
    """`validate` leaves out remarks, `lint` does not."""
    assert told(Choice()) == {
        "error ref/unknown-flag", "warning flag/expired", "info flag/expires-soon",
    }  # fmt: skip
    assert told(Choice(least=Severity.WARNING)) == {
        "error ref/unknown-flag",
        "warning flag/expired",
    }


def test_what_is_selected_is_told_however_slight() -> None:
    """Who names a remark wants to see it."""
    choice = Choice(select=("flag",), least=Severity.WARNING)
    assert told(choice) == {"warning flag/expired", "info flag/expires-soon"}


def test_what_is_ignored_is_not_told() -> None:
    """An option may leave out anything, as a path may."""
    assert told(Choice(ignore=("flag/*", "ref/unknown-flag"))) == set()


def test_a_repository_grades_warnings_and_remarks() -> None:
    """Up to an error, or down."""
    preferences, findings = preferred(
        "severities: {flag/expired: error, flag/expires-soon: warning}\n"
    )
    assert findings == []
    assert told(Choice(least=Severity.WARNING), preferences) == {
        "error ref/unknown-flag", "error flag/expired", "warning flag/expires-soon",
    }  # fmt: skip


def test_a_repository_ignores_groups_but_no_errors() -> None:
    """The errors of an ignored group are told nevertheless."""
    preferences, findings = preferred("ignore: [flag, policy/wildcard-allow]\n")
    assert findings == []
    assert told(Choice(), preferences) == {"error ref/unknown-flag"}


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("severities: {ref/unknown-flag: warning}\n", "suppress/refused"),
        ("severities: {flag/expird: error}\n", "suppress/unknown-check"),
        ("ignore: [flag/weights]\n", "suppress/refused"),
        ("ignore: [flags]\n", "suppress/unknown-check"),
    ],
)
def test_a_preference_without_effect_is_told(text: str, check: str) -> None:
    """At its word, and it has no effect."""
    preferences, findings = preferred(text)
    assert findings == [check]
    assert (preferences.severities, preferences.ignore) == ({}, ())


def test_what_can_be_released_does_not_hang_on_preferences() -> None:
    """A check that is graded up to an error is none of the errors of the state."""
    files = {**check_cases.bad("flag/expired")[0]}
    files[CHECKS] = (HEAD + "severities: {flag/expired: error}\n").encode()
    assert load(files, today=check_cases.TODAY).errors == ()
