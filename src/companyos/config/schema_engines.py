"""The engines that hold a value against a schema, behind one form of answer.

jsonschema-rs decides. Where it has no wheel jsonschema does, some hundred times
slower; what it judges otherwise (`$` before a last line end, decimals of binary
fractions) is put right there. Neither fetches what a schema refers to: schemas may come
with a change that is not trusted yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import NamedTuple, Protocol

from companyos.config.schema_words import Schema
from companyos.digests import JSONValue
from companyos.errors import UsageError


class Broken(NamedTuple):
    """A keyword that a value does not meet.

    `schema` is the one that has the keyword, `path` leads to the value. `branches` are
    what is wrong by each alternative of `anyOf`; `key` is the name of a key, where the
    keyword is about that and not about a value.
    """

    keyword: str
    path: tuple[str | int, ...]
    schema: Schema
    value: JSONValue
    branches: tuple[tuple[Broken, ...], ...] = ()
    key: str | None = None


class Validator(Protocol):
    """One schema, made ready."""

    def is_valid(self, value: JSONValue) -> bool:
        """Return whether the value fits."""

    def broken(self, value: JSONValue) -> Sequence[Broken]:
        """Return everything that does not fit."""


class Engine(Protocol):
    """One implementation of JSON Schema 2020-12."""

    @property
    def name(self) -> str:
        """The library and its version."""

    @property
    def library(self) -> ModuleType:
        """What decides."""

    def validator(self, schema: dict[str, JSONValue]) -> Validator:
        """Return a validator that reads nothing but `schema`."""


@cache
def engine() -> Engine:
    """Return the engine of this machine."""
    try:
        from companyos.config.schema_rust import RustEngine  # noqa: PLC0415 - may lack
    except ImportError:
        return python_engine()
    return RustEngine()


@cache
def python_engine() -> Engine:
    """Return the engine for machines without jsonschema-rs."""
    from companyos.config.schema_python import PythonEngine  # noqa: PLC0415 - rarely

    return PythonEngine()


def refuse_remote(schema: JSONValue) -> None:
    """Refuse a schema that refers to something outside of it.

    Raises:
        UsageError: with the reference.
    """
    if isinstance(schema, dict):
        target = schema.get("$ref", schema.get("$dynamicRef"))
        if isinstance(target, str) and not target.startswith("#"):
            raise refused(target)
        for each in schema.values():
            refuse_remote(each)
    elif isinstance(schema, list):
        for each in schema:
            refuse_remote(each)


def refused(uri: str) -> UsageError:
    """Return the error for a schema that refers to another place."""
    return UsageError(
        f"a schema refers to `{uri}`, and nothing is fetched",
        hint="write what it refers to into the schema, under `$defs`",
    )
