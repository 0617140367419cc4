"""Whether a value has its kind's shape, and if not, where exactly and why.

jsonschema-rs decides; places come from the marks and words from `schema_words`. No
reference leaves the process: schemas may come with a change that is not trusted yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import NoReturn, cast

import jsonschema_rs

from companyos.checks.pointers import pointer
from companyos.config.kinds import Kind
from companyos.config.marks import Span
from companyos.config.moments import is_moment
from companyos.config.schema_words import Problem, Schema, Words, words_for
from companyos.config.schemas import schema_of
from companyos.config.yaml_source import Source
from companyos.digests import JSONValue
from companyos.errors import UsageError
from companyos.findings import Finding, Severity

FINDINGS_MAX = 200
"""Findings kept of one file: a hostile one could otherwise fill the memory."""


def check_schema(kind: Kind, source: Source) -> tuple[Finding, ...]:
    """Return what is wrong with the shape of a file; nothing where it fits."""
    validator = _validator(kind)
    value = source.value
    if validator.is_valid(value):
        return ()
    part = _smallest_invalid(validator, value)
    leaves = _leaves(validator.iter_errors(part), schema_of(kind))
    holds = (each for each in leaves if not _only_in_part(each, source))
    problems = islice(holds, FINDINGS_MAX)
    found = dict.fromkeys(_finding(each, source) for each in problems)
    malformed = {each.place for each in found if each.check == "schema/pattern"}
    return tuple(
        each
        for each in found
        # What has not the form of a date need not be called a wrong date as well.
        if each.check != "schema/format" or each.place not in malformed
    )


def validator_for(schema: dict[str, JSONValue]) -> jsonschema_rs.Draft202012Validator:
    """Return a compiled validator that reads nothing but `schema`."""
    return jsonschema_rs.Draft202012Validator(
        schema,
        formats={"date-or-time": is_moment},
        validate_formats=True,
        retriever=_refuse,
    )


ENTRIES_MAX = 500
"""Entries of one collection that are looked at together for what is wrong.

Every error carries a copy of what it is about, so the errors of one huge collection
would fill the memory with copies of it.
"""


def _smallest_invalid(
    validator: jsonschema_rs.Draft202012Validator, value: JSONValue
) -> JSONValue:
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


@cache
def _validator(kind: Kind) -> jsonschema_rs.Draft202012Validator:
    return validator_for(schema_of(kind))


def _refuse(uri: str) -> NoReturn:
    raise UsageError(f"a schema refers to `{uri}`, and nothing is fetched")


def _leaves(
    errors: Iterable[jsonschema_rs.ValidationError], schema: Schema
) -> Iterator[Problem]:
    """Yield one problem a cause: alternatives give way to the one that was meant."""
    for error in errors:
        kind = error.kind
        path = tuple(error.instance_path)
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
            meant = _meant(kind.context, path)
            if meant is not None:
                yield from _leaves(meant, schema)
                continue
        yield from _problems(error, path, schema)


def _problems(
    error: jsonschema_rs.ValidationError, path: tuple[str | int, ...], schema: Schema
) -> Iterator[Problem]:
    kinds = jsonschema_rs.ValidationErrorKind
    kind, value = error.kind, cast("JSONValue", error.instance)
    inner = _subschema(schema, error.schema_path[:-1])
    keyword = kind.name
    match kind:
        case kinds.AdditionalProperties(unexpected=names):
            for name in names:
                yield Problem(keyword, (*path, name), inner, value, name)
        case kinds.Required(property=name):
            whole = inner if "properties" in inner else schema
            yield Problem(keyword, path, whole, value, name)
        case kinds.PropertyNames(error=about):
            name = str(about.instance)
            yield Problem(about.kind.name, (*path, name), inner, name, name)
        case kinds.OneOfMultipleValid() | kinds.OneOfNotValid():
            # Of a value that is no mapping, its type is all there is to say.
            if isinstance(value, dict):
                yield Problem(keyword, path, inner, value)
        case kinds.UniqueItems():
            index = _repeated(cast("list[JSONValue]", value))
            again = cast("list[JSONValue]", value)[index]
            yield Problem(keyword, (*path, index), inner, again)
        case _:
            yield Problem(keyword, path, inner, value)


def _meant(
    branches: list[list[jsonschema_rs.ValidationError]], path: tuple[str | int, ...]
) -> list[jsonschema_rs.ValidationError] | None:
    """Return the errors of the alternative that has the value's type, if any."""
    right_type = [each for each in branches if not _is_other_type(each, path)]
    return min(right_type, key=len) if right_type else None


def _is_other_type(
    errors: list[jsonschema_rs.ValidationError], path: tuple[str | int, ...]
) -> bool:
    """Return whether an alternative fails because the value is of another type."""
    for error in errors:
        kind = error.kind
        if tuple(error.instance_path) != path:
            continue
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
            return True
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
            return all(_is_other_type(branch, path) for branch in kind.context)
    return False


def _subschema(schema: Schema, path: Iterable[str | int]) -> Schema:
    here: JSONValue = schema
    for step in path:
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
    return here if isinstance(here, dict) else {}


def _repeated(items: list[JSONValue]) -> int:
    """Return the index of the first item that occurred before."""
    return next(i for i, item in enumerate(items) if item in items[:i])


def _finding(problem: Problem, source: Source) -> Finding:
    at_key = bool(problem.name) and problem.keyword != "required"
    span = source.marks.key(problem.path) if at_key else _value_span(problem, source)
    words = words_for(problem, _written(problem, source))
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
