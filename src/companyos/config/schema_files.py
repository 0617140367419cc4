"""The JSON Schemas as the package carries them, which `schemas` made from the models.

A test holds them to the models; `python3 scripts/schemas.py` writes them again.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import cast

from companyos.config.kinds import KINDS, Kind, schema_file
from companyos.digests import JSONValue

FOLDER = "schema_data"


@cache
def schema_of(kind: Kind) -> dict[str, JSONValue]:
    """Return the schema of one kind of file."""
    return cast("dict[str, JSONValue]", json.loads(_bytes(kind)))


@cache
def digest() -> str:
    """Return a digest over all schemas, for keys of what is kept between runs."""
    content = hashlib.sha256()
    for kind in KINDS:
        content.update(_bytes(kind))
    return content.hexdigest()


def _bytes(kind: Kind) -> bytes:
    return files(__package__).joinpath(FOLDER, schema_file(kind)).read_bytes()
