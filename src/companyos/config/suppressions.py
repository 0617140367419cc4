"""Comments in YAML files that set findings aside, and what is written in them.

`# companyos: ignore[flag/expired] reason (until 2026-12-31)` is about its own line, or,
alone on a line, about the next line that is no comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice

import yaml
from yaml.events import ScalarEvent

from companyos.checks.facts import MomentFacts, Word
from companyos.checks.suppressing import NAMES_MAX, Suppression
from companyos.config.moments import end_of, is_moment
from companyos.config.yaml_bytes import span_at

MARK = "companyos:"
COMMENTS_MAX = 200
"""Comments read of one file: a hostile one could otherwise fill the memory."""

_COMMENT = re.compile(r"(?<!\S)#[ \t]*companyos:[^\r\n]*")
_WORDS = re.compile(
    r"#\s*companyos:\s*ignore\[(?P<checks>[^\]]*)\](?P<reason>.*?)"
    r"(?:\(until\s+(?P<until>[^\s()]+)\)\s*)?"
)
_LINE_BREAK = re.compile(r"[\r\n]")
_NAME = re.compile(r"[^\s,]+")


def suppressions_in(path: str, text: str) -> tuple[Suppression, ...]:
    """Return the suppressions that a file's comments ask for.

    What only looks like a comment, within quotes or a block of text, is none.
    """
    if MARK not in text:
        return ()
    found = list(_COMMENT.finditer(text))[:COMMENTS_MAX]
    if not found:
        return ()
    scalars = _scalars(text)
    return tuple(
        _suppression(path, text, each)
        for each in found
        if not _is_within(each.start(), scalars)
    )


def _scalars(text: str) -> list[tuple[int, int]]:
    """Return where the text's scalars begin and end, none where it is not YAML.

    Behind the `|` or `>` of a block there may be a comment: its text begins with the
    next line.
    """
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        return [
            (_text_start(text, event.start_mark.index, event), event.end_mark.index)
            for event in yaml.parse(text, Loader=loader)
            if isinstance(event, ScalarEvent)
            and event.start_mark is not None
            and event.end_mark is not None
        ]
    except (yaml.YAMLError, ValueError, OverflowError):
        return []


def _text_start(text: str, start: int, event: ScalarEvent) -> int:
    if event.style not in {"|", ">"}:
        return start
    found = _LINE_BREAK.search(text, start)
    return found.end() if found else len(text)


def _is_within(index: int, scalars: list[tuple[int, int]]) -> bool:
    before = bisect_right(scalars, (index, len(scalars) and scalars[-1][1])) - 1
    return before >= 0 and scalars[before][0] <= index < scalars[before][1]


def _suppression(path: str, text: str, found: re.Match[str]) -> Suppression:
    comment = _word(path, text, found.start(), found.start() + len(found[0].rstrip()))
    line = _line_meant(text, found.start(), comment.place.line)
    words = _WORDS.fullmatch(found[0].rstrip())
    if words is None:
        return Suppression(comment, line)
    until = words["until"]
    if until is not None and not is_moment(until):
        return Suppression(comment, line)
    names = list(islice(_names(words), NAMES_MAX + 1))
    if len(names) > NAMES_MAX:
        return Suppression(comment, line)
    checks = (
        _word(path, text, found.start() + start, found.start() + end)
        for start, end in names
    )
    moment = None
    if until is not None:
        start = found.start() + words.start("until")
        moment = MomentFacts(
            _word(path, text, start, start + len(until)), end_of(until)
        )
    return Suppression(comment, line, tuple(checks), words["reason"].strip(), moment)


def _names(words: re.Match[str]) -> Iterator[tuple[int, int]]:
    for name in _NAME.finditer(words[0], words.start("checks"), words.end("checks")):
        yield name.span()


def _word(path: str, text: str, start: int, end: int) -> Word:
    return Word(text[start:end], path, *span_at(text, start, end))


def _line_meant(text: str, start: int, line: int) -> int:
    """Return the line that a comment is about: its own, or the next with content."""
    begins = text.rfind("\n", 0, start) + 1
    if text[begins:start].strip():
        return line
    for offset, row in enumerate(text[start:].split("\n")[1:], start=1):
        if row.strip() and not row.lstrip().startswith("#"):
            return line + offset
    return line
