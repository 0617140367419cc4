"""The only module that writes to the terminal: streams, colour and questions.

stdout carries the answer and nothing else; stderr carries the rest. Colour never
carries meaning alone. Control characters are shown, never sent: names and messages may
come from people who would like to write on someone else's terminal.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypeAlias

from companyos.errors import CompanyosError, UnavailableError, UsageError
from companyos_cli.exits import ExitStatus

if TYPE_CHECKING:
    from companyos.digests import JSONObject


class Role(StrEnum):
    """What a piece of text is, for the eye; the value is its SGR code."""

    ERROR = "31"
    WARNING = "33"
    SUCCESS = "32"
    PLACE = "36"
    STRONG = "1"
    FAINT = "2"


class Output(StrEnum):
    """The form of an answer."""

    TEXT = "text"
    JSON = "json"


Paint: TypeAlias = Callable[[str, Role], str]


class Answer(NamedTuple):
    """What a command found out: for people, for programs, and as an exit status.

    `next_step` is the command a person would likely run now.
    """

    text: Callable[[Paint], str]
    document: JSONObject
    status: ExitStatus = ExitStatus.YES
    next_step: str = ""


class Console:
    """The two streams and the person, or pipe, behind them."""

    def __init__(self, out: TextIO, err: TextIO, *, colour: bool | None = None) -> None:
        self._out = out
        self._err = err
        self._colour = colour

    def show(self, answer: Answer, output: Output) -> None:
        """Write an answer to stdout, and the next step to stderr."""
        if output is Output.JSON:
            text = _in_json(answer.document)
        else:
            text = answer.text(self._paint_for(self._out))
        _write(self._out, text)
        if answer.next_step and output is Output.TEXT:
            self.note(f"next: {answer.next_step}")

    def write_plain(self, text: str) -> None:
        """Write text to stdout as it is; for formats that are not ours to paint."""
        _write(self._out, text)

    def write_painted(self, text: str, role: Role) -> None:
        """Write text to stdout in a role's colour, where there is colour."""
        _write(self._out, self._paint_for(self._out)(text, role))

    def note(self, text: str) -> None:
        """Write a remark to stderr."""
        _write(self._err, self._paint_for(self._err)(text, Role.FAINT))

    def show_progress(self, text: str) -> bool:
        """Show a line on a terminal's stderr in place of the last; tell if it did."""
        if not self._err.isatty():
            return False
        self._err.write(f"\r\x1b[2K{text}")
        self._err.flush()
        return True

    def complain(self, error: CompanyosError, output: Output) -> None:
        """Say what went wrong and how to go on; as a document too, where asked for."""
        paint = self._paint_for(self._err)
        lines = [f"{paint('error', Role.ERROR)}: {error.message}"]
        if error.hint:
            lines += ["", f"{paint('hint', Role.PLACE)}: {error.hint}"]
        _write(self._err, "\n".join(lines))
        if output is Output.JSON:
            document: JSONObject = {
                "schema": "companyos.error/v1",
                "error": type(error).__name__,
                "message": error.message,
                "hint": error.hint,
            }
            _write(self._out, _in_json(document))

    def plan(self, text: Callable[[Paint], str]) -> None:
        """Show what is about to happen, on stderr."""
        _write(self._err, text(self._paint_for(self._err)))

    def agrees(self, question: str) -> bool:
        """Ask a yes-or-no question; no is the default.

        Raises:
            UsageError: there is nobody to ask.
        """
        return self._ask(f"{question} [y/N] ").lower() in {"y", "yes"}

    def types_out(self, word: str, question: str) -> bool:
        """Ask for a word to be typed, for steps that are hard to take back.

        Raises:
            UsageError: there is nobody to ask.
        """
        return self._ask(f"{question} Type `{word}` to go on: ") == word

    def secret(self, question: str) -> str:
        """Ask for something that must not show on the screen.

        Raises:
            UsageError: there is nobody to ask.
        """
        import getpass

        self._need_a_person()
        return getpass.getpass(f"{question}: ", self._err)

    def _ask(self, question: str) -> str:
        self._need_a_person()
        self._err.write(question)
        self._err.flush()
        return sys.stdin.readline().strip()

    def _need_a_person(self) -> None:
        if not (sys.stdin and sys.stdin.isatty() and self._err.isatty()):
            raise UsageError(
                "this asks before it acts, and there is nobody to ask",
                hint="pass `--yes`, or `--confirm STAGE` where that is asked for; "
                "`--dry-run` shows the plan alone",
            )

    def _paint_for(self, stream: TextIO) -> Paint:
        colour = stream.isatty() if self._colour is None else self._colour
        return _painted if colour else _plain


def _in_json(document: JSONObject) -> str:
    import json  # not for `--version` and `--help`

    return json.dumps(document, indent=2, ensure_ascii=False)


def _painted(text: str, role: Role) -> str:
    return f"\x1b[{role.value}m{text}\x1b[0m"


def _plain(text: str, _role: Role) -> str:
    return text


_UNSAFE = re.compile(
    r"\x1b\[(?:0|1|2|31|32|33|36)m"
    r"|([\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069"
    r"\ud800-\udfff])"  # half a character, as Python reads a name that is no UTF-8
)


def _write(stream: TextIO, text: str) -> None:
    safe = _UNSAFE.sub(_shown, text.replace("\r\n", "\n"))
    try:
        stream.write(safe if safe.endswith("\n") or not safe else safe + "\n")
        stream.flush()
    except BrokenPipeError:
        # Whoever read this has gone; what was done is done, and the status says it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError as error:
        raise UnavailableError(
            f"the answer cannot be written: {error.strerror}",
            hint="what the command was asked to do may be done: look before repeating",
        ) from error


def _shown(match: re.Match[str]) -> str:
    """Return our own colours as they are, other control characters written out."""
    unsafe = match.group(1)
    return match.group() if unsafe is None else f"\\u{ord(unsafe):04x}"
