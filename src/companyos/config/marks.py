"""Where every key and value of a YAML file is written.

A tree of marks has the shape of the value beside it. Lines and columns count from 1,
columns count code points, ends are just behind the last character.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

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
class Marks:
    """The marks of one value, and of what is in it.

    Not frozen only because a tree is built from the outside in, and building it is
    most of the time that reading takes; nobody changes one afterwards. `style` is the
    first character of how a scalar is written: empty for plain, or one of `'"|>`.
    """

    span: Span
    style: str = ""
    keys: dict[str, Span] = field(default_factory=dict)
    values: dict[str, Marks] = field(default_factory=dict)
    items: list[Marks] = field(default_factory=list)

    def at(self, path: tuple[str | int, ...]) -> Marks:
        """Return the marks of the value at `path`, or of the last one on the way."""
        here = self
        for step in path:
            if isinstance(step, int):
                if step >= len(here.items):
                    return here
                here = here.items[step]
            elif step in here.values:
                here = here.values[step]
            else:
                return here
        return here

    def key(self, path: tuple[str | int, ...]) -> Span:
        """Return where the last key of `path` is written, or else its value."""
        *way, last = path
        owner = self.at(tuple(way))
        if isinstance(last, str) and last in owner.keys:
            return owner.keys[last]
        return self.at(path).span
