"""Time zones by name, and times by a zone's own clock, as freeze windows have them."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from functools import lru_cache


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Return whether the IANA database of this machine, or of Python, has the zone."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def local_time(written: str) -> datetime | None:
    """Return a time without an offset, None where the calendar has no such one."""
    try:
        return datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        return None
