"""Conditions as people write them: text in, a checked tree or problems out.

A text is at most `SOURCE_MAX` characters. Problems are values, because a wrong
condition is an answer to the question whether it is right.
"""

from __future__ import annotations

from dataclasses import dataclass

from companyos.conditions.tree import Node
from companyos.config.condition_check import check
from companyos.config.condition_syntax import (
    SOURCE_MAX,
    ConditionProblem,
    ConditionSourceError,
    Located,
    Span,
    problem_at,
)
from companyos.config.condition_types import Environment, Type


@dataclass(frozen=True, slots=True)
class ParsedCondition:
    """A condition that was read and checked; `root` knows where each node stands."""

    source: str
    root: Located
    type: Type

    @property
    def node(self) -> Node:
        """Return the tree."""
        return self.root.node


def parse_condition(
    source: str, environment: Environment, *, require_bool: bool = True
) -> ParsedCondition | tuple[ConditionProblem, ...]:
    """Return the condition, or everything that is wrong with it.

    With `require_bool` off the text may be an expression of any type.
    """
    root = parse_source(source)
    if not isinstance(root, Located):
        return root
    found = check(source, root, environment, require_bool=require_bool)
    if isinstance(found, tuple):
        return found
    return ParsedCondition(source, root, found)


def parse_source(source: str) -> Located | tuple[ConditionProblem, ...]:
    """Return the tree of `source`, unchecked, or what keeps it from having one."""
    # The parser library takes longer to load than most commands take altogether.
    from companyos.config.condition_grammar import tree_of  # noqa: PLC0415

    try:
        _refuse_at_sight(source)
        return tree_of(source)
    except ConditionSourceError as error:
        return (problem_at(source, error.span, error.message, hint=error.hint),)


def _refuse_at_sight(source: str) -> None:
    if len(source) > SOURCE_MAX:
        span = Span(SOURCE_MAX, len(source))
        message = f"a condition has {len(source)} characters, at most {SOURCE_MAX}"
        raise ConditionSourceError(message, span, hint="split it into several rules")
    if not source.strip():
        whole = Span(0, len(source))
        hint = "leave it out where it always holds"
        raise ConditionSourceError("the condition is empty", whole, hint=hint)
    for position, character in enumerate(source):
        if "\ud800" <= character <= "\udfff":
            span = Span(position, position + 1)
            raise ConditionSourceError("half a surrogate pair is no character", span)
