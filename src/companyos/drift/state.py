"""What a service says it has loaded: the state document, both ways.

Reading is strict, because the document comes over a network from whoever answers: the
root must be that of the components, and nothing is loaded by halves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from companyos.digests import JSONValue, digest_of_value, strict_json
from companyos.documents import (
    Fields,
    identifier_at,
    written_time,
)
from companyos.errors import IntegrityError

SCHEMA = "companyos.state/v1"
COMPONENTS = frozenset({"tenants", "policies", "flags"})
LOADED_TOGETHER = ("stage", "root", "components", "log_entry", "loaded_at")
PARTS = frozenset({"tenant", "policies", "flags"})


class Outcome(StrEnum):
    """How an attempt to load ended."""

    LOADED = "loaded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """When a service last tried to load, and what came of it."""

    at: datetime
    outcome: Outcome
    reason: str | None


@dataclass(frozen=True, slots=True)
class LoadedState:
    """What one instance of a service has loaded.

    `stage`, `root`, `components`, `log_entry` and `loaded_at` are None together:
    nothing is loaded. `tenants` has the digests of each tenant's part, where they were
    asked for.
    """

    service: str
    instance: str
    stage: str | None
    version: str
    artifact: str | None
    root: str | None
    components: Mapping[str, str] | None
    log_entry: int | None
    loaded_at: datetime | None
    reported_at: datetime
    last_attempt: LastAttempt
    tenants: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A service gave no usable answer."""

    reason: str


Answer: TypeAlias = LoadedState | Unreachable


def read_state(data: bytes) -> LoadedState:
    """Return the state that a service reports.

    Raises:
        IntegrityError: if the document has another shape or disagrees with itself.
    """
    keys = frozenset({
        "schema", "service", "instance", "stage", "version", "artifact", "root",
        "components", "log_entry", "loaded_at", "reported_at", "last_attempt",
    })  # fmt: skip
    fields = Fields(strict_json(data), "state", keys, frozenset({"tenants"}))
    fields.schema(SCHEMA)
    loaded = {fields[key] is not None for key in LOADED_TOGETHER}
    if len(loaded) != 1:
        raise IntegrityError("`state` says both that nothing is loaded and what")
    return LoadedState(
        service=fields.identifier("service"),
        instance=fields.text("instance"),
        stage=None if fields["stage"] is None else fields.identifier("stage"),
        version=fields.text("version"),
        artifact=_digest_or_none(fields, "artifact"),
        root=_digest_or_none(fields, "root"),
        components=_components(fields),
        log_entry=None if fields["log_entry"] is None else fields.whole("log_entry"),
        loaded_at=fields.time_or_none("loaded_at"),
        reported_at=fields.time("reported_at"),
        last_attempt=_last_attempt(fields),
        tenants=_tenants(fields),
    )


def written_state(state: LoadedState) -> Mapping[str, JSONValue]:
    """Return the document that `read_state` reads, ready to be written as JSON."""
    attempt = state.last_attempt
    document: dict[str, JSONValue] = {
        "schema": SCHEMA,
        "service": state.service,
        "instance": state.instance,
        "stage": state.stage,
        "version": state.version,
        "artifact": state.artifact,
        "root": state.root,
        "components": None if state.components is None else dict(state.components),
        "log_entry": state.log_entry,
        "loaded_at": None if state.loaded_at is None else written_time(state.loaded_at),
        "reported_at": written_time(state.reported_at),
        "last_attempt": {
            "at": written_time(attempt.at),
            "outcome": attempt.outcome.value,
            "reason": attempt.reason,
        },
    }
    if state.tenants is not None:
        document["tenants"] = {
            tenant_id: dict(digests) for tenant_id, digests in state.tenants.items()
        }
    return document


def _digest_or_none(fields: Fields, key: str) -> str | None:
    return None if fields[key] is None else fields.digest(key)


def _components(fields: Fields) -> Mapping[str, str] | None:
    if fields["components"] is None:
        return None
    at = fields.path("components")
    parts = Fields(fields["components"], at, COMPONENTS)
    components = {name: parts.digest(name) for name in sorted(COMPONENTS)}
    if fields["root"] != digest_of_value(components):
        raise IntegrityError("`state.root` is not the digest of its components")
    return MappingProxyType(components)


def _last_attempt(fields: Fields) -> LastAttempt:
    keys = frozenset({"at", "outcome", "reason"})
    item = Fields(fields["last_attempt"], fields.path("last_attempt"), keys)
    return LastAttempt(
        item.time("at"), item.word("outcome", Outcome), item.text_or_none("reason")
    )


def _tenants(fields: Fields) -> Mapping[str, Mapping[str, str]] | None:
    if "tenants" not in fields:
        return None
    at = fields.path("tenants")
    found: dict[str, Mapping[str, str]] = {}
    for name, value in fields.table("tenants").items():
        tenant_id = identifier_at(name, at, "key")
        parts = Fields(value, f"{at}.{tenant_id}", PARTS)
        found[tenant_id] = {key: parts.digest(key) for key in PARTS}
    return MappingProxyType(found)
