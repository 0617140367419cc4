"""Dates as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from companyos.config.moments import end_of, in_rfc3339, is_moment, last_of


def test_a_date_is_over_when_its_day_is() -> None:
    """A bare date names the last day."""
    assert end_of("2027-01-31") == datetime(2027, 2, 1, tzinfo=UTC)


def test_a_time_is_turned_to_utc() -> None:
    """An offset is counted in."""
    assert in_rfc3339(end_of("2027-01-31T01:30:00+02:00")) == "2027-01-30T23:30:00Z"


@pytest.mark.parametrize(
    "text", ["2027-02-30", "2027-13-01", "2027-01-31T25:00:00Z", "2027-01-31T08:00:00"]
)
def test_what_is_not_in_the_calendar_is_no_moment(text: str) -> None:
    """Nor is a time without an offset."""
    assert not is_moment(text)


@pytest.mark.parametrize("text", ["2027-12-31", "2028-02-29", "2027-01-31T08:00:00Z"])
def test_an_end_is_shown_as_it_was_written(text: str) -> None:
    """A day as the last on which it holds, a time as the time."""
    assert last_of(end_of(text)) == text
