"""YAML text in, a plain value and a tree of marks out, in one pass.

The profile is narrow on purpose: what parsers disagree about is refused, so that the
reviewer, the checks and the services read the same thing. There are no anchors,
aliases, merge keys, tags, directives or second documents; keys are strings and occur
once; quoted text stays on its line. Whatever the bytes are, the answer is a value or a
`RefusedYamlError`, never another exception.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn, TypeAlias, cast

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
from companyos.config.marks import START, Marks, Span
from companyos.config.yaml_bytes import (
    UNSAFE,
    RefusedYamlError,
    decode,
    described,
    refusal,
)
from companyos.config.yaml_messages import explain
from companyos.config.yaml_scalars import (
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

Events: TypeAlias = Callable[[], Event | None]


@dataclass(frozen=True, slots=True)
class Source:
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
    text = decode(path, data)
    reader = _Reader(path, _events_of(text))
    try:
        value, marks = reader.document()
    except YAMLError as error:
        raise _not_yaml(path, error) from None
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
    """Builds value and marks from events; `findings` gathers warnings on the way."""

    def __init__(self, path: str, events: Events) -> None:
        self._path = path
        self._event = cast("Callable[[], Event]", events)
        self._trail: list[str | int] = []
        self.findings: list[Finding] = []

    def document(self) -> tuple[JSONValue, Marks]:
        """Return the one document of the stream."""
        self._event()
        first = self._event()
        if isinstance(first, StreamEndEvent):
            raise refusal(
                "empty", START.of(self._path), "the file is empty", hint="delete it?"
            )
        if isinstance(first, DocumentStartEvent) and (first.version or first.tags):
            self._refuse("directive", first, "a directive", "delete the `%` line")
        value, marks = self._node(self._event(), 0)
        self._event()
        last = self._event()
        if not isinstance(last, StreamEndEvent):
            hint = "keep one document a file; delete what follows `---`"
            self._refuse("multi-document", last, "a second document", hint)
        return value, marks

    def _node(self, event: Event, depth: int) -> tuple[JSONValue, Marks]:
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
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

    def _mapping(self, event: Event, depth: int) -> tuple[JSONValue, Marks]:
        found: dict[str, JSONValue] = {}
        marks = Marks(_span(event))
        while not isinstance(key_event := self._event(), MappingEndEvent):
            key = self._key(key_event, marks.keys)
            self._trail.append(key)
            found[key], marks.values[key] = self._node(self._event(), depth + 1)
            self._trail.pop()
            marks.keys[key] = _span(key_event)
        if found:
            marks.span = _extent(event, key_event, next(iter(marks.keys.values())))
        return found, marks

    def _sequence(self, event: Event, depth: int) -> tuple[JSONValue, Marks]:
        found: list[JSONValue] = []
        marks = Marks(_span(event))
        while not isinstance(item := self._event(), SequenceEndEvent):
            self._trail.append(len(found))
            value, inner = self._node(item, depth + 1)
            self._trail.pop()
            found.append(value)
            marks.items.append(inner)
        if found:
            marks.span = _extent(event, item, marks.items[0].span)
        return found, marks

    def _key(self, event: Event, seen: dict[str, Span]) -> str:
        if isinstance(event, AliasEvent):
            self._refuse("alias", event, "an alias", "write the key out, or quote it")
        if not isinstance(event, ScalarEvent):
            hint = "quote it if it is text"
            self._refuse("key", event, "a key that is a list or a mapping", hint)
        self._refuse_properties(event)
        span, key = _span(event), event.value
        if event.style in {"|", ">"} or span.line != span.end_line:
            self._refuse("key", event, "a key of several lines", "keep keys short")
        if event.style in {None, ""}:
            self._refuse_unclear_key(event)
        elif event.style == '"':
            self._refuse_escaped(event)
        if key in seen:
            raise self._duplicate(key, span, seen[key])
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
            self._refuse("key", event, message, f'quote it: "{text}"')
        self._warn_ambiguous(event)

    def _scalar(self, event: ScalarEvent) -> tuple[Scalar, Marks]:
        self._refuse_properties(event)
        style = event.style or ""
        marks = Marks(_span(event), style)
        if not style:
            return self._plain(event), marks
        if style in {"'", '"'} and marks.span.line != marks.span.end_line:
            hint = "close the quote on its line, or write a block with `|` or `>`"
            message = "quoted text that goes over several lines"
            self._refuse("multiline-quoted", event, message, hint)
        if style == '"':
            self._refuse_escaped(event)
        return event.value, marks

    def _plain(self, event: ScalarEvent) -> Scalar:
        try:
            value = resolve(event.value)
        except NoJsonNumberError as error:
            message = f"`{event.value[:40]}` {error}"
            self._refuse("number-range", event, message, "quote it if it is text")
        self._warn_ambiguous(event)
        return value

    def _warn_ambiguous(self, event: ScalarEvent) -> None:
        if is_ambiguous(event.value) and len(self.findings) < WARNINGS_MAX:
            self.findings.append(
                Finding(
                    check="yaml/ambiguous-scalar",
                    severity=Severity.WARNING,
                    message=f"`{event.value}` is not the same to every YAML reader",
                    place=_span(event).of(self._path),
                    label=f"here it is {kind_of(resolve(event.value))}",
                    hint=f'quote it if it is text: "{event.value}"',
                    path=pointer(tuple(self._trail)),
                    value=event.value,
                )
            )

    def _refuse_escaped(self, event: ScalarEvent) -> None:
        """Refuse by escape what may not be written plainly, but a tab or a newline."""
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
        span = _span(event)
        if span.end_line != span.line:
            span = Span(span.line, span.column, span.line, span.column + 1)
        message = what if what.startswith(("`", "nest")) else f"{what} is not allowed"
        raise refusal(check, span.of(self._path), message, hint=hint)


def _span(event: Event) -> Span:
    start, end = cast("Mark", event.start_mark), cast("Mark", event.end_mark)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _extent(opened: Event, closed: Event, first: Span) -> Span:
    """Return what to mark for a collection: to its bracket, or its first key or item.

    A block ends for the parser where the next thing begins, perhaps pages below.
    """
    start = cast("Mark", opened.start_mark)
    if getattr(opened, "flow_style", False):
        end = cast("Mark", closed.end_mark)
        return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
    return Span(start.line + 1, start.column + 1, first.end_line, first.end_column)


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
