"""Whether a value has its kind's shape, and if not, where exactly and why.

An engine decides; places come from the marks and words from `schema_words`, so that a
finding is the same whichever engine found it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import cast

from companyos.checks.pointers import pointer
from companyos.config.flag_words import meant
from companyos.config.kinds import Kind
from companyos.config.marks import Span
from companyos.config.schema_engines import Broken, Engine, Validator, engine
from companyos.config.schema_files import schema_of
from companyos.config.schema_words import Problem, Schema, Words, words_for
from companyos.config.yaml_source import Source
from companyos.digests import JSONValue
from companyos.findings import Finding, Severity

FINDINGS_MAX = 200
"""Findings kept of one file: a hostile one could otherwise fill the memory."""


def check_schema(
    kind: Kind, source: Source, *, by: Engine | None = None
) -> tuple[Finding, ...]:
    """Return what is wrong with the shape of a file; nothing where it fits.

    `by` is the engine to ask, this machine's own if none is named.
    """
    validator = _validator(kind, by or engine())
    value = source.value
    if validator.is_valid(value):
        return ()
    part = _smallest_invalid(validator, value)
    leaves = _leaves(validator.broken(part))
    holds = (each for each in leaves if not _only_in_part(each, source))
    problems = islice(holds, FINDINGS_MAX)
    found = dict.fromkeys(_finding(kind, each, source) for each in problems)
    malformed = {each.place for each in found if each.check == "schema/pattern"}
    return tuple(
        each
        for each in found
        # What has not the form of a date need not be called a wrong date as well.
        if each.check != "schema/format" or each.place not in malformed
    )


ENTRIES_MAX = 500
"""Entries of one collection that are looked at together for what is wrong.

Every error carries a copy of what it is about, so the errors of one huge collection
would fill the memory with copies of it.
"""


def _smallest_invalid(validator: Validator, value: JSONValue) -> JSONValue:
    """Return the value with its collections cut off behind the first mistakes."""
    low, high = ENTRIES_MAX, _largest(value)
    if high <= low:
        return value
    if not validator.is_valid(_cut(value, low)):
        return _cut(value, low)
    while high - low > 1:
        middle = (low + high) // 2
        if validator.is_valid(_cut(value, middle)):
            low = middle
        else:
            high = middle
    return _cut(value, high)


def _largest(value: JSONValue) -> int:
    """Return how many entries the largest collection has."""
    if isinstance(value, dict):
        return max(len(value), *map(_largest, value.values()), 0)
    if isinstance(value, list):
        return max(len(value), *map(_largest, value), 0)
    return 0


def _cut(value: JSONValue, entries: int) -> JSONValue:
    if isinstance(value, dict):
        items = islice(value.items(), entries)
        return {key: _cut(item, entries) for key, item in items}
    if isinstance(value, list):
        return [_cut(item, entries) for item in value[:entries]]
    return value


def _only_in_part(problem: Problem, source: Source) -> bool:
    """Return whether a key is only missing because its mapping was cut off."""
    if problem.keyword not in {"required", "oneOf"}:
        return False
    return len(source.marks.at(problem.path).keys) > ENTRIES_MAX


_VALIDATORS: dict[tuple[Kind, Engine], Validator] = {}


def _validator(kind: Kind, by: Engine) -> Validator:
    made = _VALIDATORS.get((kind, by))
    if made is None:
        made = _VALIDATORS[kind, by] = by.validator(schema_of(kind))
    return made


def _leaves(errors: Iterable[Broken]) -> Iterator[Problem]:
    """Yield one problem a cause: alternatives give way to the one that was meant."""
    for error in errors:
        meant = _meant(error.branches, error.path) if error.branches else None
        if meant is not None:
            yield from _leaves(meant)
        elif error.key is not None:
            way = (*error.path, error.key)
            yield Problem(error.keyword, way, error.schema, error.key, error.key)
        else:
            yield from _problems(error)


def _problems(error: Broken) -> Iterator[Problem]:
    keyword, path, schema, value = error.keyword, error.path, error.schema, error.value
    table = value if isinstance(value, dict) else {}
    match keyword:
        case "additionalProperties":
            for name in [each for each in table if each not in _known(schema)]:
                yield Problem(keyword, (*path, name), schema, value, name)
        case "required":
            names = _names(schema.get(keyword))
            for name in [each for each in names if each not in table]:
                yield Problem(keyword, path, schema, value, name)
        case "oneOf" if not isinstance(value, dict):
            return  # of what is no mapping, its type is all there is to say
        case "enum" if schema.get("type") == "string" and not isinstance(value, str):
            return  # the same of what is no word
        case "uniqueItems":
            index = _repeated(cast("list[JSONValue]", value))
            again = cast("list[JSONValue]", value)[index]
            yield Problem(keyword, (*path, index), schema, again)
        case _:
            yield Problem(keyword, path, schema, value)


def _known(schema: Schema) -> Mapping[str, JSONValue]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _names(value: JSONValue) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _meant(
    branches: Iterable[tuple[Broken, ...]], path: tuple[str | int, ...]
) -> tuple[Broken, ...] | None:
    """Return the errors of the alternative that has the value's type, if any."""
    right_type = [each for each in branches if not _is_other_type(each, path)]
    return min(right_type, key=len) if right_type else None


def _is_other_type(errors: Iterable[Broken], path: tuple[str | int, ...]) -> bool:
    """Return whether an alternative fails because the value is of another type."""
    for error in errors:
        if error.path != path:
            continue
        if error.keyword == "type":
            return True
        if error.branches:
            return all(_is_other_type(branch, path) for branch in error.branches)
    return False


def _repeated(items: list[JSONValue]) -> int:
    """Return the index of the first item that occurred before."""
    return next(i for i, item in enumerate(items) if item in items[:i])


def _finding(kind: Kind, problem: Problem, source: Source) -> Finding:
    at_key = bool(problem.name) and problem.keyword != "required"
    span = source.marks.key(problem.path) if at_key else _value_span(problem, source)
    words = meant(problem, source.value) if kind is Kind.FLAG else None
    words = words or words_for(problem, _written(problem, source))
    path = problem.path
    if problem.keyword == "required":
        path = (*path, problem.name)
    return _made(words, source.path, span, path)


def _made(words: Words, file: str, span: Span, path: tuple[str | int, ...]) -> Finding:
    return Finding(
        check=f"schema/{words.check}",
        severity=Severity.ERROR,
        message=words.message,
        place=span.of(file),
        label=words.label,
        expected=words.expected,
        hint=words.hint,
        path=pointer(path),
    )


def _value_span(problem: Problem, source: Source) -> Span:
    """Return the value's span, or its key's where the value is empty or a mapping."""
    marks = source.marks.at(problem.path)
    is_scalar = not marks.values and not marks.items
    if problem.path and (problem.value is None or not is_scalar):
        return source.marks.key(problem.path)
    return marks.span


def _written(problem: Problem, source: Source) -> str:
    """Return a plain scalar's text where it means something other than a string."""
    marks = source.marks.at(problem.path)
    value = problem.value
    if marks.style or not isinstance(value, bool | int | float):
        return ""
    span = marks.span
    return _lines(source.text)[span.line - 1][span.column - 1 : span.end_column - 1]


@lru_cache(maxsize=1)
def _lines(text: str) -> list[str]:
    return text.split("\n")
