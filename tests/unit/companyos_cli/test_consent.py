"""How much of a yes a change needs, and what counts as one."""

from __future__ import annotations

import io
import sys

import pytest

from companyos.errors import UsageError
from companyos_cli.consent import Consent
from companyos_cli.console import Console

SILENT = Consent(yes=False, confirm=None)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture
def nobody() -> Console:
    """Return a console without a person."""
    return Console(io.StringIO(), io.StringIO())


def somebody(monkeypatch: pytest.MonkeyPatch, typed: str) -> Console:
    """Return a console with a person who types a line."""
    monkeypatch.setattr(sys, "stdin", Terminal(typed + "\n"))
    return Console(Terminal(), Terminal())


def test_yes_is_enough_for_a_stage_on_the_way(nobody: Console) -> None:
    """Nobody is asked then."""
    consent = Consent(yes=True, confirm=None)
    assert consent.given(nobody, stage="dev", severe=False)


def test_yes_is_not_enough_for_the_last_stage(nobody: Console) -> None:
    """It must be named."""
    consent = Consent(yes=True, confirm=None)
    with pytest.raises(UsageError, match="not enough for `pilot`") as caught:
        consent.given(nobody, stage="pilot", severe=True)
    assert caught.value.hint == "pass `--confirm pilot`"


@pytest.mark.parametrize("severe", [True, False])
@pytest.mark.parametrize("yes", [True, False])
def test_the_stage_named_is_enough_for_any(
    nobody: Console, *, yes: bool, severe: bool
) -> None:
    """`--confirm pilot` says more than `--yes`."""
    consent = Consent(yes=yes, confirm="pilot")
    assert consent.given(nobody, stage="pilot", severe=severe)


@pytest.mark.parametrize("named", ["dev", "Pilot", ""])
def test_another_stage_named_is_a_mistake(nobody: Console, named: str) -> None:
    """Even beside `--yes`: the command line contradicts itself."""
    with pytest.raises(UsageError, match="another stage"):
        Consent(yes=True, confirm=named).given(nobody, stage="pilot", severe=False)


@pytest.mark.parametrize("severe", [True, False])
def test_without_a_word_and_a_person_there_is_no_consent(
    nobody: Console, *, severe: bool
) -> None:
    """Silence is not a yes, nor a no that could be an answer."""
    with pytest.raises(UsageError, match="nobody to ask"):
        SILENT.given(nobody, stage="pilot", severe=severe)


@pytest.mark.parametrize(
    ("typed", "given"),
    [("y", True), ("Yes", True), ("n", False), ("", False), ("yep", False)],
)
def test_a_person_is_asked_and_no_is_the_default(
    monkeypatch: pytest.MonkeyPatch, typed: str, *, given: bool
) -> None:
    """Only a clear yes is one."""
    console = somebody(monkeypatch, typed)
    assert SILENT.given(console, stage="dev", severe=False) is given


@pytest.mark.parametrize(
    ("typed", "given"),
    [("pilot", True), ("y", False), ("Pilot", False), ("", False)],
)
def test_a_person_types_the_last_stage_out(
    monkeypatch: pytest.MonkeyPatch, typed: str, *, given: bool
) -> None:
    """What costs most takes a moment longer."""
    console = somebody(monkeypatch, typed)
    assert SILENT.given(console, stage="pilot", severe=True) is given
