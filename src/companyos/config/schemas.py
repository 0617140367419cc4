"""JSON Schemas (2020-12) of every kind of file, made from the models.

They are committed in `schemas/`, where editors find them; `companyos schema export`
writes them. The same models give the same bytes. `scripts/schemas.py` writes them there
and into the package, where `schema_files` reads them without Pydantic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from companyos.config.kinds import KINDS, Kind, schema_file
from companyos.config.models import MODELS
from companyos.digests import JSONValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BASE = "https://companyos.example/schemas/"


def export() -> Mapping[str, bytes]:
    """Return every schema's file name and bytes."""
    return {schema_file(kind): _bytes(made_schema(kind)) for kind in KINDS}


def made_schema(kind: Kind) -> dict[str, JSONValue]:
    """Return the schema of one kind of file."""
    made = MODELS[kind].model_json_schema()
    body = _table(_mended(cast("JSONValue", made)))
    return {"$schema": DIALECT, "$id": _BASE + schema_file(kind), **body}


def _mended(value: JSONValue) -> JSONValue:
    """Return a schema that says what the model means in the two places it does not."""
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if not isinstance(value, dict):
        return value
    return _with_strict_names(
        _without_null({key: _mended(item) for key, item in value.items()})
    )


def _with_strict_names(schema: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """Refuse keys of the wrong form, where Pydantic would only not look at them."""
    patterns = _table(schema.get("patternProperties"))
    if len(patterns) != 1:
        return schema
    [(pattern, inner)] = patterns.items()
    names = {**_table(schema.get("propertyNames")), "pattern": pattern}
    rest = {key: item for key, item in schema.items() if key != "patternProperties"}
    return {**rest, "additionalProperties": inner, "propertyNames": names}


def _without_null(schema: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """Let an optional key be left out, never be empty: in a file that is a slip."""
    branches = schema.get("anyOf")
    if not isinstance(branches, list) or {"type": "null"} not in branches:
        return schema
    rest = [branch for branch in branches if branch != {"type": "null"}]
    found = {key: item for key, item in schema.items() if key != "anyOf"}
    if found.get("default", 0) is None:
        del found["default"]
    return {"anyOf": rest, **found} if len(rest) > 1 else {**_table(rest[0]), **found}


def _table(value: JSONValue) -> dict[str, JSONValue]:
    return value if isinstance(value, dict) else {}


def _bytes(schema: Mapping[str, JSONValue]) -> bytes:
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()
