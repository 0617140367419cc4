"""Who is this: subjects by tenant, from whichever directory the platform uses."""

from companyos.identity.subjects import (
    AttributeValue,
    Directory,
    Freshness,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
)

__all__ = [
    "AttributeValue",
    "Directory",
    "Freshness",
    "Lookup",
    "NotFound",
    "Subject",
    "Unavailable",
]
