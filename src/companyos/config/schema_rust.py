"""JSON Schema by jsonschema-rs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import NoReturn, cast

import jsonschema_rs

from companyos.config.moments import is_moment
from companyos.config.schema_engines import Broken, Validator, refuse_remote, refused
from companyos.config.schema_words import Schema
from companyos.digests import JSONValue


class RustEngine:
    """The engine that decides wherever there is a wheel of it."""

    @property
    def name(self) -> str:
        """The library and its version."""
        from importlib.metadata import version  # noqa: PLC0415 - slow to load

        return f"jsonschema-rs {version('jsonschema-rs')}"

    @property
    def library(self) -> ModuleType:
        """What decides."""
        return jsonschema_rs

    def validator(self, schema: dict[str, JSONValue]) -> Validator:
        """Return a validator that reads nothing but `schema`."""
        return _RustValidator(schema)


class _RustValidator:
    def __init__(self, schema: dict[str, JSONValue]) -> None:
        refuse_remote(schema)
        self._schema = schema
        self._validator = jsonschema_rs.Draft202012Validator(
            schema,
            formats={"date-or-time": is_moment},
            validate_formats=True,
            retriever=_refuse,
        )
        self.is_valid = self._validator.is_valid

    def broken(self, value: JSONValue) -> Sequence[Broken]:
        """Return everything that does not fit."""
        return list(self._all(self._validator.iter_errors(value)))

    def _all(self, errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[Broken]:
        for error in errors:
            kind = error.kind
            path = tuple(error.instance_path)
            schema = _subschema(self._schema, error.schema_path[:-1])
            value = cast("JSONValue", error.instance)
            match kind:
                case jsonschema_rs.ValidationErrorKind.AnyOf(context=context):
                    branches = tuple(tuple(self._all(each)) for each in context)
                    yield Broken(kind.name, path, schema, value, branches)
                case jsonschema_rs.ValidationErrorKind.PropertyNames(error=about):
                    name = cast("str", about.instance)
                    yield Broken(about.kind.name, path, schema, name, key=name)
                case _:
                    yield Broken(kind.name, path, schema, value)


def _refuse(uri: str) -> NoReturn:
    raise refused(uri)


def _subschema(schema: Schema, path: Iterable[str | int]) -> Schema:
    here: JSONValue = schema
    for step in path:
        if isinstance(here, dict) and step in here:
            here = here[str(step)]
        elif isinstance(here, list) and isinstance(step, int):
            here = here[step]
    return here if isinstance(here, dict) else {}
