"""JSON pointers: the way to a value in a document, as one text (RFC 6901)."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the document down to a value."""


@lru_cache(maxsize=4096)
def pointer(path: Path) -> str:
    """Return `path` as a JSON pointer (RFC 6901)."""
    return "".join(f"/{_escaped(str(step))}" for step in path)


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
