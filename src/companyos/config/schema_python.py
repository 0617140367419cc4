"""JSON Schema by jsonschema, where jsonschema-rs has no wheel.

It would fetch what a schema refers to; such a schema is refused before it gets it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from types import ModuleType
from typing import cast

import jsonschema
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.protocols import Validator as Checker
from jsonschema.validators import extend

from companyos.config.moments import is_moment
from companyos.config.schema_engines import Broken, Validator, refuse_remote
from companyos.config.schema_words import Schema
from companyos.digests import JSONValue


class PythonEngine:
    """The engine for machines without the other."""

    def __init__(self) -> None:
        self._name = f"jsonschema {version('jsonschema')}"

    @property
    def name(self) -> str:
        """The library and its version."""
        return self._name

    @property
    def library(self) -> ModuleType:
        """What decides."""
        return jsonschema

    def validator(self, schema: dict[str, JSONValue]) -> Validator:
        """Return a validator that reads nothing but `schema`."""
        return _PythonValidator(schema)


class _PythonValidator:
    def __init__(self, schema: dict[str, JSONValue]) -> None:
        refuse_remote(schema)
        self._validator = _STRICT(schema, format_checker=_formats())

    def is_valid(self, value: JSONValue) -> bool:
        """Return whether the value fits."""
        return bool(self._validator.is_valid(value))

    def broken(self, value: JSONValue) -> Sequence[Broken]:
        """Return everything that does not fit."""
        return [_broken(error) for error in self._validator.iter_errors(value)]


def _broken(error: ValidationError) -> Broken:
    schema = cast("Schema", error.schema)
    value = cast("JSONValue", error.instance)
    path = tuple(error.absolute_path)
    way = list(error.absolute_schema_path)
    keyword = str(error.validator)
    if keyword == "anyOf":
        return Broken(keyword, path, schema, value, _branches(error))
    if len(way) > 1 and way[-2] == "propertyNames":
        return Broken(keyword, path, schema, value, key=cast("str", value))
    return Broken(keyword, path, schema, value)


def _branches(error: ValidationError) -> tuple[tuple[Broken, ...], ...]:
    branches: dict[str | int, list[Broken]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.relative_schema_path[0], []).append(_broken(inner))
    return tuple(tuple(each) for _, each in sorted(branches.items()))


def _pattern(
    checker: Checker, pattern: str, value: JSONValue, _schema: Schema
) -> Iterator[ValidationError]:
    """Hold a text against a pattern whose `$` is the end of the text (ECMA-262)."""
    if checker.is_type(value, "string") and not _compiled(pattern).search(
        cast("str", value)
    ):
        yield ValidationError(f"does not match {pattern!r}")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", pattern))


def _multiple_of(
    checker: Checker, step: float, value: JSONValue, _schema: Schema
) -> Iterator[ValidationError]:
    """Count decimals as they are written, not as binary fractions have them."""
    if checker.is_type(value, "number") and Decimal(repr(value)) % Decimal(repr(step)):
        yield ValidationError(f"is not a multiple of {step}")


_STRICT = extend(  # type: ignore[no-untyped-call]  # its stubs leave it untyped
    Draft202012Validator,
    cast("Mapping[str, object]", {"pattern": _pattern, "multipleOf": _multiple_of}),
)


def _formats() -> FormatChecker:
    formats = FormatChecker(formats=())
    formats.checks("date-or-time")(_is_moment)
    return formats


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or is_moment(value)
