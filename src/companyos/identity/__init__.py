"""Who is this: subjects by tenant, from whichever directory the platform uses."""

from companyos.identity.subjects import (
    Directory,
    Freshness,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
)

__all__ = [
    "Directory",
    "Freshness",
    "Lookup",
    "NotFound",
    "Subject",
    "Unavailable",
]
