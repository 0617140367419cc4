"""The state document: what this process has loaded, for whoever compares it.

It says what is in use, not what should be. Digests of single tenants are given only
when asked for, so that a reader who finds the root unchanged need not fetch them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from companyos import __version__
from companyos.asgi.bundle_watch import Attempt
from companyos.asgi.loaded import Loaded
from companyos.digests import JSONObject, JSONValue

SCHEMA = "companyos.state/v1"
EVERY_TENANT = "all"


@dataclass(frozen=True, slots=True)
class Process:
    """Which service this is, where it runs, and the artifact it was started from."""

    service: str
    instance: str
    artifact: str | None


def this_process(service: str, *, artifact: str | None) -> Process:
    """Return the running process as its state document names it."""
    return Process(service, f"{socket.gethostname()}:{os.getpid()}", artifact)


def state_document(
    process: Process,
    loaded: Loaded | None,
    attempt: Attempt | None,
    *,
    now: datetime,
    tenants: Iterable[str] | None = None,
) -> JSONObject:
    """Return the state document; `tenants` are the ids to give digests for.

    An unknown tenant is left out: its absence says that it is not loaded.
    """
    document: dict[str, JSONValue] = {
        "schema": SCHEMA,
        "service": process.service,
        "instance": process.instance,
        "stage": None if loaded is None else loaded.stage,
        "version": __version__,
        "artifact": process.artifact,
        "root": None if loaded is None else loaded.snapshot.root,
        "components": None if loaded is None else dict(loaded.snapshot.components),
        "log_entry": None if loaded is None else loaded.log_entry,
        "loaded_at": None if loaded is None else timestamp(loaded.loaded_at),
        "reported_at": timestamp(now),
        "last_attempt": None if attempt is None else _attempt(attempt),
    }
    if tenants is not None:
        document["tenants"] = _tenant_digests(loaded, tenants)
    return document


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _attempt(attempt: Attempt) -> JSONObject:
    return {
        "at": timestamp(attempt.at),
        "outcome": attempt.outcome.value,
        "reason": attempt.reason,
    }


def _tenant_digests(loaded: Loaded | None, asked: Iterable[str]) -> JSONObject:
    if loaded is None:
        return {}
    known = loaded.snapshot.tenants
    ids = set(asked)
    wanted = known if EVERY_TENANT in ids else ids & set(known)
    return {
        tenant_id: dict(loaded.snapshot.tenant_digests(tenant_id))
        for tenant_id in sorted(wanted)
    }
