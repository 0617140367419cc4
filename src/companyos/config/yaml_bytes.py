"""What is refused in a YAML file before any parser sees it.

These are the bytes that parsers, editors and reviewers read differently: a byte order
mark, control and direction characters, line breaks that only some count, tabs. The
limit on size keeps every later step bounded.
"""

from __future__ import annotations

import re
import unicodedata

from companyos.config.marks import START, Span
from companyos.errors import InvalidStateError
from companyos.findings import Finding, Place, Severity

BYTES_MAX = 1 << 20

UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
    "|\r(?!\n)|\t"
)
"""Control, direction, invisible and tag characters; lone carriage returns; tabs."""

_MARKER_LENGTH = 7
_CONFLICT = re.compile(
    rf"^(?:<{{{_MARKER_LENGTH}}} |={{{_MARKER_LENGTH}}}\r?$|>{{{_MARKER_LENGTH}}} )",
    re.MULTILINE,
).search
"""A line by which Git says that two sides changed the same."""

_PLAIN = bytes((0x0A, *range(0x20, 0x7F)))
"""Line feeds and what ASCII shows: nearly all files hold nothing else."""

_NAMES = {
    "\t": "a tab",
    "\r": "a carriage return without a line feed",
    "\x00": "a NUL character",
    "\x85": "a NEL character, a line break for some readers only",
    "\u2028": "a line separator, a line break for some readers only",
    "\u2029": "a paragraph separator, a line break for some readers only",
}
_HINTS = {
    "\t": "use spaces; many editors do so with one setting",
    "\r": "save the file with LF line ends",
}


class RefusedYamlError(InvalidStateError):
    """A file that is not read, with the one finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message, (finding,), hint=finding.hint)
        self.finding = finding


def refusal(
    check: str, place: Place, message: str, *, label: str = "", hint: str = ""
) -> RefusedYamlError:
    """Return the error for a file that is not read any further."""
    finding = Finding(
        check=f"yaml/{check}",
        severity=Severity.ERROR,
        message=message,
        place=place,
        label=label,
        hint=hint,
    )
    return RefusedYamlError(finding)


def decode(path: str, data: bytes) -> str:
    """Return the text of a file that everybody reads alike.

    Raises:
        RefusedYamlError: with the finding.
    """
    if len(data) > BYTES_MAX:
        start, message = START.of(path), "the file is larger than 1 MiB"
        raise refusal("too-large", start, message, hint="split it into several files")
    if not data.translate(None, _PLAIN):
        return data.decode("ascii")
    _refuse_other_encodings(path, data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, data, error.start) from None
    if found := UNSAFE.search(text):
        raise _unsafe(path, text, found)
    return text


def conflict(path: str, text: str) -> RefusedYamlError | None:
    """Return the error for a text that Git could not merge, None if it is none.

    No value that is read may hold such a line, so only what is refused is asked.
    """
    marker = _CONFLICT(text)
    if marker is None:
        return None
    return refusal(
        "syntax",
        span_at(text, marker.start(), marker.start() + _MARKER_LENGTH).of(path),
        "a merge conflict is not resolved",
        label="Git's marker",
        hint="keep what is right of both sides, and delete the lines of `<<<<<<<`, "
        "`=======` and `>>>>>>>`",
    )


def described(character: str) -> str:
    """Return a character that cannot be shown, in words."""
    if character in _NAMES:
        return _NAMES[character]
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name.lower()})"


def _refuse_other_encodings(path: str, data: bytes) -> None:
    start = START.of(path)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the file is not UTF-8: it begins like UTF-16"
        raise refusal("encoding", start, message, hint="save it as UTF-8")
    if data.startswith(b"\xef\xbb\xbf"):
        message = "the file begins with a byte order mark"
        raise refusal("bom", start, message, hint="save it as UTF-8 without BOM")


def _not_utf8(path: str, data: bytes, index: int) -> RefusedYamlError:
    line_start = data.rfind(b"\n", 0, index) + 1
    column = len(data[line_start:index].decode("utf-8")) + 1
    line = data.count(b"\n", 0, index) + 1
    return refusal(
        "encoding",
        Place(path, line, column, line, column + 1),
        f"the file is not UTF-8: byte 0x{data[index]:02X} begins no character",
        hint="save it as UTF-8; it looks like Latin-1, Windows-1252 or a binary file",
    )


def _unsafe(path: str, text: str, found: re.Match[str]) -> RefusedYamlError:
    character = found.group()
    return refusal(
        "character",
        span_at(text, found.start(), found.end()).of(path),
        f"the file holds {described(character)}",
        label="not allowed here",
        hint=_HINTS.get(
            character, "delete it; people and programs would read it differently"
        ),
    )


def span_at(text: str, start: int, end: int) -> Span:
    """Return the span of `text[start:end]`, which must lie on one line."""
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return Span(line, column, line, column + end - start)
