"""How subjects are found: which backend, how long answers last, which tokens count."""

from __future__ import annotations

from dataclasses import dataclass

from companyos.digests import JSONObject
from companyos.identity.subjects import Subject


@dataclass(frozen=True, slots=True)
class CacheWindows:
    """How long answers of a directory are used."""

    ttl_seconds: int
    negative_seconds: int
    max_stale_seconds: int
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Which tokens name the tenants of a caller."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    tenants_claim: str


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """The identity part of the desired state.

    `subjects` are those of the `static` backend; `options` the settings that another
    backend has of its own, as they were written.
    """

    backend: str
    cache: CacheWindows
    tokens: TokenSettings | None
    subjects: tuple[Subject, ...]
    options: JSONObject
