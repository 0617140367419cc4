"""Where every key and value of a YAML file is written.

A tree of marks has the shape of the value beside it. Lines and columns count from 1,
columns count code points, ends are just behind the last character.

The parser's own events are kept and a span is made when somebody asks for it: most
files are right, and of a right file only a few places are ever looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, cast

from yaml.error import Mark
from yaml.events import Event, ScalarEvent

from companyos.findings import Place


class Span(NamedTuple):
    """A piece of one file's text."""

    line: int
    column: int
    end_line: int
    end_column: int

    def of(self, file: str) -> Place:
        """Return the span as a place in `file`."""
        return Place(file, *self)


START = Span(1, 1, 1, 1)


@dataclass(slots=True)
class MappingTrace:
    """The events of a mapping: its two ends, and those of its keys and values."""

    opened: Event
    closed: Event
    entries: dict[str, tuple[ScalarEvent, Trace]] = field(default_factory=dict)


@dataclass(slots=True)
class SequenceTrace:
    """The events of a sequence: its two ends, and those of its items."""

    opened: Event
    closed: Event
    items: list[Trace] = field(default_factory=list)


Trace: TypeAlias = ScalarEvent | MappingTrace | SequenceTrace
"""What the parser said of one value. Not frozen: building it is what reading costs."""


class Marks(NamedTuple):
    """The marks of one value, and of what is in it."""

    trace: Trace

    @property
    def span(self) -> Span:
        """Return where the value is written.

        A collection is marked to its bracket, or to its first key or item: a block
        ends for the parser where the next thing begins, perhaps pages below.
        """
        return span_of(self.trace)

    @property
    def entries(self) -> dict[str, tuple[ScalarEvent, Trace]]:
        """Return the events of a mapping's keys and values, none of anything else."""
        return self.trace.entries if isinstance(self.trace, MappingTrace) else {}

    @property
    def style(self) -> str:
        """Return how a scalar is written: empty for plain, or one of `'"|>`."""
        trace = self.trace
        return (trace.style or "") if isinstance(trace, ScalarEvent) else ""

    @property
    def keys(self) -> dict[str, Span]:
        """Return where a mapping's keys are written."""
        trace = self.trace
        if not isinstance(trace, MappingTrace):
            return {}
        return {key: event_span(row[0]) for key, row in trace.entries.items()}

    @property
    def values(self) -> dict[str, Marks]:
        """Return the marks of a mapping's values."""
        trace = self.trace
        if not isinstance(trace, MappingTrace):
            return {}
        return {key: Marks(row[1]) for key, row in trace.entries.items()}

    @property
    def items(self) -> list[Marks]:
        """Return the marks of a sequence's items."""
        trace = self.trace
        if not isinstance(trace, SequenceTrace):
            return []
        return [Marks(each) for each in trace.items]

    def at(self, path: tuple[str | int, ...]) -> Marks:
        """Return the marks of the value at `path`, or of the last one on the way."""
        return Marks(trace_at(self.trace, path))

    def key(self, path: tuple[str | int, ...]) -> Span:
        """Return where the last key of `path` is written, or else its value."""
        return key_span(self.trace, path)


def trace_at(trace: Trace, path: tuple[str | int, ...]) -> Trace:
    """Return the trace of the value at `path`, or of the last one on the way."""
    for step in path:
        if type(trace) is MappingTrace:
            row = trace.entries.get(step) if isinstance(step, str) else None
            if row is None:
                return trace
            trace = row[1]
        elif type(trace) is SequenceTrace:
            if not isinstance(step, int) or step >= len(trace.items):
                return trace
            trace = trace.items[step]
        else:
            return trace
    return trace


def key_span(trace: Trace, path: tuple[str | int, ...]) -> Span:
    """Return where the last key of `path` is written, or else its value."""
    owner = trace_at(trace, path[:-1])
    if isinstance(owner, MappingTrace):
        row = owner.entries.get(cast("str", path[-1]))
        if row is not None:
            return event_span(row[0])
    return span_of(trace_at(trace, path))


def span_of(trace: Trace) -> Span:
    """Return where a value is written."""
    if isinstance(trace, ScalarEvent):
        return event_span(trace)
    if isinstance(trace, MappingTrace):
        first = next((event_span(row[0]) for row in trace.entries.values()), None)
    else:
        first = next((span_of(each) for each in trace.items), None)
    if first is None:
        return event_span(trace.opened)
    if getattr(trace.opened, "flow_style", False):
        end = event_span(trace.closed)
        first = end
    start = cast("Mark", trace.opened.start_mark)
    return Span(start.line + 1, start.column + 1, first.end_line, first.end_column)


def event_span(event: Event) -> Span:
    """Return from where to where the parser read an event."""
    start, end = cast("Mark", event.start_mark), cast("Mark", event.end_mark)
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
