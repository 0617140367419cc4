"""Reading values that are known to fit their schema, without a model of them.

Checks need a few words of each file, so a file is read without Pydantic; what compiles
the state makes models. A key that may be left out has its default here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

from companyos.digests import JSONObject, JSONValue

DefaultT = TypeVar("DefaultT", str, bool, None)

_NOTHING: Mapping[str, JSONValue] = {}


def text(of: JSONObject, key: str) -> str:
    """Return a text that has to be there."""
    return cast("str", of[key])


def text_or(of: JSONObject, key: str, default: DefaultT) -> str | DefaultT:
    """Return a text that may be left out."""
    return cast("str", of.get(key, default))


def texts(of: JSONObject, key: str) -> Sequence[str]:
    """Return a list of texts, an empty one where it is left out."""
    return cast("Sequence[str]", of.get(key, ()))


def table(of: JSONObject, key: str) -> JSONObject:
    """Return a mapping, an empty one where it is left out."""
    return cast("JSONObject", of.get(key, _NOTHING))


def tables(of: JSONObject, key: str) -> Mapping[str, JSONObject]:
    """Return a mapping of mappings, an empty one where it is left out."""
    return cast("Mapping[str, JSONObject]", of.get(key, _NOTHING))


def rows(of: JSONObject, key: str) -> Sequence[JSONObject]:
    """Return a list of mappings, an empty one where it is left out."""
    return cast("Sequence[JSONObject]", of.get(key, ()))
