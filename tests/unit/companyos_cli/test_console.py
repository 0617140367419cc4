"""The terminal: what reaches it, in which colour, and who is asked."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.errors import UsageError
from companyos_cli.app import wanted_colour
from companyos_cli.console import Answer, Console, Output, Paint, Role
from companyos_cli.exits import ExitStatus


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def greeting(paint: Paint) -> str:
    """Return an answer's text."""
    return paint("hello", Role.SUCCESS)


ANSWER = Answer(text=greeting, document={"schema": "companyos.test/v1", "ä": "é"})


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, None),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_as_the_environment_wishes(
    environment: dict[str, str], wanted: object
) -> None:
    """Without a wish the stream decides: a terminal has colours."""
    assert wanted_colour(environment) is wanted


@pytest.fixture
def out() -> io.StringIO:
    """Return where the answer goes."""
    return io.StringIO()


@pytest.fixture
def err() -> io.StringIO:
    """Return where the rest goes."""
    return io.StringIO()


def test_an_answer_is_plain_where_nobody_looks(
    out: io.StringIO, err: io.StringIO
) -> None:
    """A pipe gets text without colour, and nothing on the other stream."""
    Console(out, err).show(ANSWER, Output.TEXT)
    assert (out.getvalue(), err.getvalue()) == ("hello\n", "")


def test_an_answer_is_painted_on_a_terminal(err: io.StringIO) -> None:
    """Each stream decides for itself."""
    terminal = Terminal()
    console = Console(terminal, err)
    console.show(ANSWER, Output.TEXT)
    console.note("remark")
    assert terminal.getvalue() == "\x1b[32mhello\x1b[0m\n"
    assert err.getvalue() == "remark\n"


@pytest.mark.parametrize(("colour", "escapes"), [(True, 2), (False, 0)])
def test_colour_can_be_decided_beforehand(
    err: io.StringIO, *, colour: bool, escapes: int
) -> None:
    """Whoever says so gets it on a pipe, or does without on a terminal."""
    terminal = Terminal()
    Console(terminal, err, colour=colour).show(ANSWER, Output.TEXT)
    assert terminal.getvalue().count("\x1b") == escapes


def test_a_document_is_the_only_thing_on_stdout(
    out: io.StringIO, err: io.StringIO
) -> None:
    """Programs read the stream whole; the next step is for people, and left out."""
    answer = Answer(greeting, ANSWER.document, next_step="companyos status")
    Console(out, err).show(answer, Output.JSON)
    assert json.loads(out.getvalue()) == ANSWER.document
    assert (out.getvalue()[-2:], err.getvalue()) == ("}\n", "")


def test_the_next_step_is_told_beside_the_answer(
    out: io.StringIO, err: io.StringIO
) -> None:
    """It is a remark, not part of the answer."""
    Console(out, err).show(
        Answer(greeting, {}, next_step="companyos status"), Output.TEXT
    )
    assert (out.getvalue(), err.getvalue()) == ("hello\n", "next: companyos status\n")


@pytest.mark.parametrize(("output", "documents"), [(Output.TEXT, 0), (Output.JSON, 1)])
def test_a_complaint_goes_to_stderr_and_to_programs_where_they_asked(
    out: io.StringIO, err: io.StringIO, output: Output, documents: int
) -> None:
    """Message and hint for people; the same as a document only with `-o json`."""
    Console(out, err).complain(UsageError("no `x`", hint="try `y`"), output)
    assert err.getvalue() == "error: no `x`\n\nhint: try `y`\n"
    found = [json.loads(text) for text in [out.getvalue()] if text]
    assert (
        found
        == [
            {
                "schema": "companyos.error/v1",
                "error": "UsageError",
                "message": "no `x`",
                "hint": "try `y`",
            }
        ]
        * documents
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", r"\u001b]0;owned\u0007"),
        ("\x1b[2J", r"\u001b[2J"),
        ("\x1b[31;1m", r"\u001b[31;1m"),
        ("a\rb", r"a\u000db"),
        ("a\r\nb", "a\nb"),
        ("\x00\x08\x7f\x9b", r"\u0000\u0008\u007f\u009b"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("a\u200bb", r"a\u200bb"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("Grüße 東京 🎉", "Grüße 東京 🎉"),
    ],
)
def test_what_a_terminal_would_act_on_is_shown_instead(
    out: io.StringIO, err: io.StringIO, text: str, shown: str
) -> None:
    """Names and messages may come from whoever would like to write on a screen."""
    Console(out, err).write_plain(text)
    assert out.getvalue() == shown + "\n"


@given(st.text())
def test_no_text_brings_a_control_character_with_it(text: str) -> None:
    """Whatever it holds, only line feeds, tabs and our own colours get through."""
    out = io.StringIO()
    Console(out, io.StringIO()).write_plain(text.replace("\x1b[", ""))
    written = out.getvalue()
    acting = [
        each
        for each in written
        if each not in "\n\t" and unicodedata.category(each) == "Cc"
    ]
    assert acting == []


def test_a_lone_surrogate_is_a_document_all_the_same() -> None:
    """What is no text in UTF-8 must not break the answer to a program."""
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8")
    Console(out, io.StringIO()).show(Answer(greeting, {"name": "\ud800"}), Output.JSON)
    assert json.loads(raw.getvalue()) == {"name": "\ud800"}


def test_nobody_is_asked_on_a_pipe(out: io.StringIO, err: io.StringIO) -> None:
    """A question without a person is a usage error that says what to pass."""
    console = Console(out, err)
    with pytest.raises(UsageError, match="nobody to ask") as caught:
        console.agrees("Go on?")
    assert "--yes" in str(caught.value.hint)
    with pytest.raises(UsageError):
        console.types_out("pilot", "This changes pilot.")
    with pytest.raises(UsageError):
        console.secret("passphrase")
    assert (out.getvalue(), err.getvalue()) == ("", "")


def test_an_answer_is_yes_unless_it_says_otherwise() -> None:
    """Most answers are."""
    assert ANSWER.status is ExitStatus.YES
