"""Platforms that the tests of the whole command share."""

from platforms import (
    begun,
    begun_platform,
    played,
    played_platform,
    released,
    released_platform,
    upgraded,
    upgraded_platform,
)

__all__ = [
    "begun",
    "begun_platform",
    "played",
    "played_platform",
    "released",
    "released_platform",
    "upgraded",
    "upgraded_platform",
]
