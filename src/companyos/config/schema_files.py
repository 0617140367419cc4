"""The JSON Schemas as the package carries them, which `schemas` made from the models.

A test holds them to the models; `python3 scripts/schemas.py` writes them again.
"""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data
from typing import cast

from companyos.config.kinds import Kind, schema_file
from companyos.digests import JSONValue

FOLDER = "schema_data"


@cache
def schema_of(kind: Kind) -> dict[str, JSONValue]:
    """Return the schema of one kind of file."""
    # importlib.resources would take longer to load than all schemas together.
    data = cast("bytes", get_data(__package__, f"{FOLDER}/{schema_file(kind)}"))
    return cast("dict[str, JSONValue]", json.loads(data))
