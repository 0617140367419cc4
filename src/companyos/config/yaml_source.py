"""YAML text in, a plain value and a tree of marks out, in one pass.

The profile is narrow on purpose: what parsers disagree about is refused, so that the
reviewer, the checks and the services read the same thing. There are no anchors,
aliases, merge keys, tags, directives or second documents; keys are strings and occur
once; quoted text stays on its line. Whatever the bytes are, the answer is a value or a
`RefusedYamlError`, never another exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, NoReturn, TypeAlias, cast

from yaml import __with_libyaml__
from yaml.error import Mark, MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from companyos.checks.pointers import pointer
from companyos.config.marks import (
    START,
    MappingTrace,
    Marks,
    SequenceTrace,
    Span,
    Trace,
    event_span,
)
from companyos.config.yaml_bytes import (
    UNSAFE,
    RefusedYamlError,
    conflict,
    decode,
    described,
    refusal,
)
from companyos.config.yaml_messages import explain
from companyos.config.yaml_scalars import (
    UNCLEAR_STARTS,
    UNCLEAR_WORDS,
    NoJsonNumberError,
    Scalar,
    is_ambiguous,
    kind_of,
    resolve,
)
from companyos.digests import JSONValue
from companyos.findings import Finding, Place, Related, Severity

DEPTH_MAX = 32
WARNINGS_MAX = 200
"""Warnings kept of one file: a hostile one could otherwise fill the memory."""

_PLAIN = {None, ""}
_VISIBLE = re.compile("[ -~\n]*").fullmatch
_CLEAR_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]*").fullmatch
"""A key on one line that no reader takes for anything else, but for a few words."""

Events: TypeAlias = Callable[[], Event | None]


class Source(NamedTuple):
    """One file as read. `findings` are warnings: the value holds nevertheless."""

    path: str
    text: str
    value: JSONValue
    marks: Marks
    findings: tuple[Finding, ...] = ()


def read(path: str, data: bytes) -> Source:
    """Return the value of one file and where each part of it is written.

    Raises:
        RefusedYamlError: the file is outside the profile.
    """
    return parse(path, decode(path, data))


def parse(path: str, text: str) -> Source:
    """Return what a text says, without the look at its characters that `read` takes.

    Raises:
        RefusedYamlError: the text is outside the profile.
    """
    reader = _Reader(path, text)
    try:
        value, marks = reader.document()
    except RefusedYamlError as error:
        raise conflict(path, text) or error from None
    except YAMLError as error:
        raise conflict(path, text) or _not_yaml(path, error) from None
    except (ValueError, OverflowError):
        # PyYAML's own scanner turns escapes and versions into numbers unguarded.
        raise _not_yaml(path, YAMLError()) from None
    return Source(path, text, value, marks, tuple(reader.findings))


def is_fast() -> bool:
    """Return whether libyaml is there; without it reading is some 14 times slower."""
    return bool(__with_libyaml__)


def _events_of(text: str) -> Events:
    if __with_libyaml__:
        from yaml._yaml import CParser  # noqa: PLC0415 - not there without libyaml

        return CParser(text).get_event
    return pure_events(text)


def pure_events(text: str) -> Events:
    """Return the events of PyYAML's own parser, for machines without libyaml."""
    from companyos.config.yaml_pure import PureParser  # noqa: PLC0415 - rarely needed

    return PureParser(text).get_event


class _Reader:
    """Builds value and trace from events; `findings` gathers warnings on the way.

    This is where most of the time of reading goes, so what is right is recognised
    before what is wrong is looked for.
    """

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._event = cast("Callable[[], Event]", _events_of(text))
        self._lines = text.split("\n") if "?" in text else None
        self._trail: list[str | int] = []
        self.findings: list[Finding] = []

    def document(self) -> tuple[JSONValue, Marks]:
        """Return the one document of the stream."""
        self._event()
        first = self._event()
        if isinstance(first, StreamEndEvent):
            raise refusal(
                "empty",
                START.of(self._path),
                "the file is empty",
                hint=f"delete it, or `git restore {self._path}` if that was a mistake",
            )
        if isinstance(first, DocumentStartEvent) and (first.version or first.tags):
            self._refuse("directive", first, "a directive", "delete the `%` line")
        root = self._event()
        if isinstance(root, ScalarEvent):
            value: JSONValue = self._scalar(root, None)
            marks = Marks(root)
        else:
            value, trace = self._collection(root, 0)
            marks = Marks(trace)
        self._event()
        last = self._event()
        if not isinstance(last, StreamEndEvent):
            hint = "keep one document a file; delete what follows `---`"
            self._refuse("multi-document", last, "a second document", hint)
        return value, marks

    def _collection(self, event: Event, depth: int) -> tuple[JSONValue, Trace]:
        if isinstance(event, AliasEvent):
            self._refuse("alias", event, "an alias", "write the value out, or quote it")
        if isinstance(event, CollectionStartEvent):
            self._refuse_properties(event)
        if depth >= DEPTH_MAX:
            message = f"nesting deeper than {DEPTH_MAX} levels"
            self._refuse("depth", event, message, "flatten it")
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, depth)
        return self._sequence(event, depth)

    def _mapping(self, opened: Event, depth: int) -> tuple[JSONValue, Trace]:
        event = self._event
        found: dict[str, JSONValue] = {}
        trace = MappingTrace(opened, opened)
        entries = trace.entries
        while type(key_event := event()) is not MappingEndEvent:
            key = self._key(key_event, entries)
            written = cast("ScalarEvent", key_event)
            value_event = event()
            if type(value_event) is ScalarEvent:
                found[key] = self._scalar(value_event, key)
                entries[key] = written, value_event
            else:
                self._trail.append(key)
                found[key], inner = self._collection(value_event, depth + 1)
                self._trail.pop()
                entries[key] = written, inner
        trace.closed = key_event
        return found, trace

    def _sequence(self, opened: Event, depth: int) -> tuple[JSONValue, Trace]:
        event = self._event
        found: list[JSONValue] = []
        trace = SequenceTrace(opened, opened)
        while type(item := event()) is not SequenceEndEvent:
            if type(item) is ScalarEvent:
                found.append(self._scalar(item, len(found)))
                trace.items.append(item)
            else:
                self._trail.append(len(found))
                value, inner = self._collection(item, depth + 1)
                self._trail.pop()
                found.append(value)
                trace.items.append(inner)
        trace.closed = item
        return found, trace

    def _key(self, event: Event, seen: Mapping[str, tuple[ScalarEvent, Trace]]) -> str:
        if type(event) is not ScalarEvent:
            if isinstance(event, AliasEvent):
                hint = "write the key out, or quote it"
                self._refuse("alias", event, "an alias", hint)
            hint = "quote it if it is text"
            self._refuse("key", event, "a key that is a list or a mapping", hint)
        key: str = event.value
        if self._lines is not None:
            self._refuse_question_mark(event, self._lines)
        if key in seen:
            self._careful_key(event)
            raise self._duplicate(key, event_span(event), event_span(seen[key][0]))
        if (
            event.style in _PLAIN
            and _CLEAR_KEY(key)
            and key not in UNCLEAR_WORDS
            and event.anchor is None
            and event.tag is None
        ):
            return key
        return self._careful_key(event)

    def _refuse_question_mark(self, event: ScalarEvent, lines: list[str]) -> None:
        """Refuse `? key`: for libyaml `{?a: b}` has the key `a`, for others `?a`."""
        start = cast("Mark", event.start_mark)
        if lines[start.line][: start.column].rstrip(" ").endswith("?"):
            hint = "write `key: value`; quote the key if it begins with `?`"
            self._refuse("key", event, "a key with `?` before it", hint)

    def _careful_key(self, event: ScalarEvent) -> str:
        self._refuse_properties(event)
        span, key = event_span(event), event.value
        if event.style in {"|", ">"} or span.line != span.end_line:
            self._refuse("key", event, "a key of several lines", "keep keys short")
        if event.style in _PLAIN:
            self._refuse_unclear_key(event)
        elif event.style == '"':
            self._refuse_escaped(event)
        return key

    def _refuse_unclear_key(self, event: ScalarEvent) -> None:
        text = event.value
        if text == "<<":
            self._refuse("merge-key", event, "a merge key", "write the keys out")
        try:
            value = resolve(text)
        except NoJsonNumberError:
            value = 0
        if not isinstance(value, str):
            message = f"a key that is {kind_of(value)}, not a string"
            hint = f'quote it: "{text}"'
            if isinstance(value, bool) and self._trail[-1:] == ["weights"]:
                hint = 'the variants of a boolean flag are "on" and "off"'
            self._refuse("key", event, message, hint)
        self._warn_ambiguous(event, ())

    def _scalar(self, event: ScalarEvent, step: str | int | None) -> Scalar:
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        text: str = event.value
        style = event.style
        if style in _PLAIN:
            if text[:1] in UNCLEAR_STARTS or text in UNCLEAR_WORDS:
                return self._plain(event, () if step is None else (step,))
            return text
        if style not in {"|", ">"}:
            self._check_quoted(event, style)
        return text

    def _check_quoted(self, event: ScalarEvent, style: str | None) -> None:
        start, end = cast("Mark", event.start_mark), cast("Mark", event.end_mark)
        if start.line != end.line:
            hint = "close the quote on its line, or write a block with `|` or `>`"
            message = "quoted text that goes over several lines"
            self._refuse("multiline-quoted", event, message, hint)
        if style == '"':
            self._refuse_escaped(event)

    def _plain(self, event: ScalarEvent, step: tuple[str | int, ...]) -> Scalar:
        try:
            value = resolve(event.value)
        except NoJsonNumberError as error:
            message = f"`{event.value[:40]}` {error}"
            self._refuse("number-range", event, message, "quote it if it is text")
        self._warn_ambiguous(event, step)
        return value

    def _warn_ambiguous(self, event: ScalarEvent, step: tuple[str | int, ...]) -> None:
        if is_ambiguous(event.value) and len(self.findings) < WARNINGS_MAX:
            self.findings.append(
                Finding(
                    check="yaml/ambiguous-scalar",
                    severity=Severity.WARNING,
                    message=f"`{event.value}` is not the same to every YAML reader",
                    place=event_span(event).of(self._path),
                    label=f"here it is {kind_of(resolve(event.value))}",
                    hint=f'quote it if it is text: "{event.value}"',
                    path=pointer((*self._trail, *step)),
                    value=event.value,
                )
            )

    def _refuse_escaped(self, event: ScalarEvent) -> None:
        """Refuse by escape what may not be written plainly, but a tab or a newline."""
        if _VISIBLE(event.value):
            return
        for character in event.value:
            if "\ud800" <= character <= "\udfff":
                self._refuse("character", event, "half a surrogate pair", "delete it")
            if character != "\t" and UNSAFE.match(character):
                message = f"an escape for {described(character)}"
                self._refuse("character", event, message, "delete it")

    def _refuse_properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            hint = "write the value out; quote it if it begins with `&`"
            self._refuse("tag-or-anchor", event, "an anchor", hint)
        if event.tag is not None:
            hint = "delete it; quote the value if it begins with `!`"
            self._refuse("tag-or-anchor", event, "a tag", hint)

    def _duplicate(self, key: str, again: Span, first: Span) -> RefusedYamlError:
        place = again.of(self._path)
        error = refusal(
            "duplicate-key",
            place,
            f"the key `{key}` stands twice in one mapping",
            label="a second time",
            hint="keep one of the two",
        )
        related = (Related(first.of(self._path), "first here"),)
        return RefusedYamlError(
            replace(error.finding, related=related, path=pointer((*self._trail, key)))
        )

    def _refuse(self, check: str, event: Event, what: str, hint: str) -> NoReturn:
        span = event_span(event)
        if span.end_line != span.line:
            span = Span(span.line, span.column, span.line, span.column + 1)
        message = what if what.startswith(("`", "nest")) else f"{what} is not allowed"
        raise refusal(check, span.of(self._path), message, hint=hint)


def _not_yaml(path: str, error: YAMLError) -> RefusedYamlError:
    """Return a parser's error in our words, at the place it names."""
    if not isinstance(error, MarkedYAMLError):
        explanation = explain("", "")
        place = START.of(path)
        return refusal("syntax", place, explanation.message, hint=explanation.hint)
    explanation = explain(str(error.problem or ""), str(error.context or ""))
    mark = error.problem_mark or error.context_mark
    refused = refusal(
        "syntax", _at(path, mark), explanation.message, hint=explanation.hint
    )
    opened = error.context_mark
    if opened is None or mark is None or opened.line == mark.line:
        return refused
    related = (Related(_at(path, opened), "what it belongs to begins here"),)
    return RefusedYamlError(replace(refused.finding, related=related))


def _at(path: str, mark: Mark | None) -> Place:
    if mark is None:
        return START.of(path)
    line, column = mark.line + 1, mark.column + 1
    return Place(path, line, column, line, column + 1)
