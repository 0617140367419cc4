"""Suppressions: what they set aside, and that they do nothing in silence."""

from __future__ import annotations

from datetime import date

import pytest

import check_cases
from companyos.checks.references import GUESSES_MAX
from companyos.config.load import Loaded, load
from companyos.findings import Severity

PAGE_SIZE = "config/flags/page-size.yaml"
LOOSE = check_cases.base()[PAGE_SIZE].decode().replace("kind: permission\n", "")
FOUND = "flag/no-expiry"


def state(text: str, *, today: date = check_cases.TODAY) -> Loaded:
    """Return the base with another flag, which is temporary and has no date."""
    return load({**check_cases.base(), PAGE_SIZE: text.encode()}, today=today)


def commented(comment: str) -> str:
    """Return the flag with a comment on the line of the finding."""
    return LOOSE.replace("page-size\n", f"page-size  # companyos: {comment}\n")


def checks(loaded: Loaded) -> list[str]:
    """Return the names of the findings that are left."""
    return sorted(each.check for each in loaded.findings)


def test_a_comment_on_the_line_sets_the_finding_aside() -> None:
    """It is kept with the reason, so that it can be shown."""
    loaded = state(commented(f"ignore[{FOUND}] the shop needs it"))
    assert loaded.findings == ()
    [aside] = loaded.suppressed
    assert (aside.finding.check, aside.reason) == (FOUND, "the shop needs it")


def test_a_comment_alone_is_about_the_next_line() -> None:
    """Other comments between the two do not count."""
    before = f"# companyos: ignore[{FOUND}] the shop needs it\n# more\nflag_id:"
    assert state(LOOSE.replace("flag_id:", before)).findings == ()


def test_a_comment_elsewhere_sets_nothing_aside() -> None:
    """And is told to be unused."""
    text = LOOSE + f"# companyos: ignore[{FOUND}] the shop needs it\n"
    assert checks(state(text)) == [FOUND, "suppress/unused"]


def test_several_checks_are_named_with_commas() -> None:
    """Each of them has to be of use."""
    loaded = state(commented(f"ignore[{FOUND}, flag/expired] the shop needs it"))
    [unused] = loaded.findings
    assert (unused.check, unused.value) == ("suppress/unused", "flag/expired")


def test_guesses_are_made_for_the_first_unknown_names_alone() -> None:
    """A file full of them would otherwise take seconds; each is told all the same."""
    comments = [
        f"# companyos: ignore[{', '.join(f'flag/expire{n}{m}' for m in range(20))}] why"
        for n in range(10)
    ]
    told = state("\n".join([LOOSE.rstrip(), *comments, ""])).findings
    unknown = [each for each in told if each.check == "suppress/unknown-check"]
    assert len(unknown) == 200
    assert sum("did you mean" in each.hint for each in unknown) == GUESSES_MAX


def test_a_suppression_holds_through_its_last_day() -> None:
    """On the day after, it is over and the finding is back."""
    text = commented(f"ignore[{FOUND}] the shop needs it (until 2026-06-30)")
    assert checks(state(text, today=date(2026, 6, 30))) == []
    assert checks(state(text, today=date(2026, 7, 1))) == [FOUND, "suppress/expired"]


@pytest.mark.parametrize(
    "comment",
    [f"ignore {FOUND} because", "ignor[flag/expired] why", "ignore[] why", "hello",
     f"ignore[{FOUND}] why (until 2026-02-30)"],
)  # fmt: skip
def test_a_comment_that_is_not_understood_is_told(comment: str) -> None:
    """Its author believes that it has an effect."""
    assert checks(state(commented(comment))) == [FOUND, "suppress/malformed"]


def test_what_looks_like_a_comment_within_a_text_is_none() -> None:
    """Quotes and blocks hold text, whatever it looks like."""
    text = f"# companyos: ignore[{FOUND}] why"
    quoted = LOOSE.replace("How many rows a page has.", f"'{text}'")
    block = LOOSE.replace("How many rows a page has.", f"|\n  {text}")
    assert checks(state(quoted)) == [FOUND]
    assert checks(state(block)) == [FOUND]


def test_a_comment_where_a_block_begins_is_about_its_line() -> None:
    """Where there is no such finding it is told as any other that is unused."""
    comment = f"# companyos: ignore[{FOUND}] why"
    block = LOOSE.replace("How many rows a page has.", f">- {comment}\n  Rows.")
    assert checks(state(block)) == [FOUND, "suppress/unused"]


def test_a_comment_where_a_condition_begins_sets_it_aside() -> None:
    """A condition on lines of its own is found where its block begins."""
    files, _ = check_cases.bad("policy/deny-can-fail")
    path = "config/policies/standard.yaml"
    block = (
        b"when: >- # companyos: ignore[policy/deny-can-fail] all have it\n      has("
    )
    files[path] = files[path].replace(b"when: has(", block)
    loaded = load(files, today=check_cases.TODAY)
    assert checks(loaded) == []
    assert [each.reason for each in loaded.suppressed] == ["all have it"]


def test_an_error_is_never_set_aside() -> None:
    """It is still there, and so is a word about the comment."""
    text = commented("ignore[flag/unknown-variant] soon").replace(
        "default: small",
        "default: smal  # companyos: ignore[flag/unknown-variant] soon",
    )
    loaded = state(text)
    assert {"flag/unknown-variant", "suppress/refused"} <= set(checks(loaded))
    assert any(each.severity is Severity.ERROR for each in loaded.errors)


def test_the_checks_of_suppressions_are_not_suppressed() -> None:
    """Or a comment could hide that another one is over."""
    loaded = state(commented(f"ignore[{FOUND}, suppress/unused] the shop needs it"))
    assert checks(loaded) == ["suppress/refused"]


def test_an_unused_one_is_not_told_while_there_are_errors() -> None:
    """What it is about may only be hidden."""
    text = (
        check_cases.base()[PAGE_SIZE].decode().replace("default: small", "default: x")
    )
    used = text.replace("page-size\n", f"page-size # companyos: ignore[{FOUND}] why\n")
    assert "suppress/unused" not in checks(state(used))
