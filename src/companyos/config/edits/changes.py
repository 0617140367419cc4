"""What a rewrite changes of a document's value; paths are as they were before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from companyos.checks.pointers import Path
from companyos.digests import JSONValue


@dataclass(frozen=True, slots=True)
class Replaced:
    """The value at `path` becomes another one; a mapping may get a new key so."""

    path: Path
    value: JSONValue


@dataclass(frozen=True, slots=True)
class Renamed:
    """The last key of `path` becomes another one and keeps its place."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Removed:
    """The key or the item that `path` ends with is gone."""

    path: Path


@dataclass(frozen=True, slots=True)
class Inserted:
    """A list has a new item, at the index that `path` ends with."""

    path: Path
    value: JSONValue


Change: TypeAlias = Replaced | Renamed | Removed | Inserted


def changed(value: JSONValue, change: Change) -> JSONValue:
    """Return the value with a change made.

    Raises:
        ValueError: there is nothing at the path.
    """
    if not change.path:
        if isinstance(change, Replaced):
            return change.value
        raise ValueError("only the whole document is at the empty path")
    return _within(value, change.path, change)


def is_same(left: JSONValue, right: JSONValue) -> bool:
    """Return whether two values have equal parts of equal types in one order."""
    return json.dumps(left) == json.dumps(right)


def path_of(pointer: str, value: JSONValue) -> Path:
    """Return the path that a JSON pointer (RFC 6901) names in a document."""
    path: list[str | int] = []
    here: JSONValue = value
    for text in pointer.split("/")[1:]:
        step: str | int = text.replace("~1", "/").replace("~0", "~")
        if isinstance(here, list) and text.isdecimal():
            step = int(text)
        path.append(step)
        here = _inner(here, step)
    return tuple(path)


def value_at(value: JSONValue, path: Path) -> JSONValue:
    """Return what is at a path, or None where nothing is."""
    here = value
    for step in path:
        here = _inner(here, step)
    return here


def _inner(value: JSONValue, step: str | int) -> JSONValue:
    if isinstance(value, Mapping) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        found: JSONValue = value[step]
        return found
    return None


def _within(value: JSONValue, path: Path, change: Change) -> JSONValue:
    step, *rest = path
    if rest:
        return _with(value, step, lambda inner: _within(inner, tuple(rest), change))
    match change:
        case Replaced():
            return _set(value, step, change.value)
        case Inserted() if isinstance(value, list) and isinstance(step, int):
            return [*value[:step], change.value, *value[step:]]
        case Renamed() if isinstance(value, dict) and step in value:
            return {change.name if k == step else k: v for k, v in value.items()}
        case Removed() if isinstance(value, dict) and step in value:
            return {key: each for key, each in value.items() if key != step}
        case Removed() if isinstance(value, list):
            return [each for index, each in enumerate(value) if index != step]
        case _:
            raise ValueError(f"nothing to change at `{step}`")


def _set(value: JSONValue, step: str | int, new: JSONValue) -> JSONValue:
    if isinstance(value, dict) and isinstance(step, str):
        return {**value, step: new}
    return _with(value, step, lambda _old: new)


def _with(
    value: JSONValue, step: str | int, change: Callable[[JSONValue], JSONValue]
) -> JSONValue:
    if isinstance(value, dict) and step in value:
        return {k: change(v) if k == step else v for k, v in value.items()}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [change(v) if i == step else v for i, v in enumerate(value)]
    raise ValueError(f"nothing at `{step}`")
