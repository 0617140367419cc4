"""What reading a condition gives: its tree with places, or problems with places.

Offsets count code points of the condition's own text. Inside they count from 0; a
problem, which people read, counts from 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from companyos.conditions.tree import Node
from companyos.conditions.wire import DEPTH_MAX

SOURCE_MAX = 4000
"""How many characters a condition may have."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text; `end` is just behind its last character."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ConditionProblem:
    """One thing that is wrong in a condition.

    `start` and `end` are offsets from 1, `end` just behind the last character; `line`
    and `column` say where `start` is in a text of several lines.
    """

    message: str
    hint: str
    start: int
    end: int
    line: int = 1
    column: int = 1


class ConditionSourceError(Exception):
    """The first thing that keeps a text from being a condition; ends the reading."""

    def __init__(self, message: str, span: Span, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Located:
    """A node and where it stands; `parts` are its children in the tree's order.

    `depth` is how deep the wire form nests, parentheses counted, so that a condition
    that can be read can also be written.
    """

    node: Node
    span: Span
    parts: tuple[Located, ...] = ()
    depth: int = 1


def located(
    node: Node, span: Span, parts: Sequence[Located] = (), *, levels: int = 1
) -> Located:
    """Return `node` at its place, `levels` deeper than its deepest part.

    Raises:
        ConditionSourceError: if that is too deep.
    """
    depth = levels + max((part.depth for part in parts), default=0)
    if depth > DEPTH_MAX:
        message = f"the condition is nested deeper than {DEPTH_MAX} levels"
        raise ConditionSourceError(message, span, hint="split it into several rules")
    return Located(node, span, tuple(parts), depth)


def problem_at(
    source: str, span: Span, message: str, *, hint: str = ""
) -> ConditionProblem:
    """Return the problem with its place in `source` as people count."""
    before = source[: span.start]
    column = span.start - (before.rfind("\n") + 1) + 1
    return ConditionProblem(
        message, hint, span.start + 1, span.end + 1, before.count("\n") + 1, column
    )


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a hint that names the closest of the known names, or all if few."""
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    return "known here: " + ", ".join(f"`{one}`" for one in sorted(known)[:12])
