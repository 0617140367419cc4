"""Dates and times as people write them.

A bare date names the last day on which something holds, so it stands for midnight UTC
of the day after.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def end_of(written: str) -> datetime:
    """Return the first moment at which `written` is over.

    Raises:
        ValueError: not a date or an RFC 3339 time of the years 2000 to 2999.
    """
    if "T" not in written:
        day = date.fromisoformat(written)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, such as Z")
    return moment.astimezone(UTC)


def is_moment(written: str) -> bool:
    """Return whether `end_of` can read it."""
    try:
        end_of(written)
    except (ValueError, OverflowError):
        return False
    return True


def last_of(end: datetime) -> str:
    """Return how people write what is over at `end`: the last day, or the time.

    The inverse of `end_of`, except that a time at midnight UTC is written as the day
    before it.
    """
    moment = end.astimezone(UTC)
    if moment.timetz() != time(tzinfo=UTC):
        return in_rfc3339(moment)
    return (moment - timedelta(days=1)).date().isoformat()


def in_rfc3339(moment: datetime) -> str:
    """Return a UTC time in whole seconds, as the compiled state writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
