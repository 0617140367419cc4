"""Puts one service together: store, routes, edge, watch and admin pages.

From the outside in, a request meets the fault boundary, its id, the limits, the tenant
context, and then the service's own routes.
"""

from __future__ import annotations

import itertools
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from starlette.routing import Route
from starlette.types import ASGIApp

from companyos.asgi.bundle_watch import Attempt, BundleWatch, Outcome, Sources
from companyos.asgi.decision_log import DecisionLog, Event, Inputs
from companyos.asgi.enforcement import Enforcement
from companyos.asgi.limits import Limits, RequestLimits
from companyos.asgi.loaded import Loaded
from companyos.asgi.request_id import RequestId, request_id_of
from companyos.asgi.tenant_context import TenantContext
from companyos.digests import JSONObject
from companyos.identity.backend import Surroundings
from companyos.identity.opening import open_directory
from companyos_services.adminport import Page, Pages, Query, json_page
from companyos_services.exports.app import ExportsService
from companyos_services.exports.demo_data import add_demo_data
from companyos_services.exports.store import SqliteExports
from companyos_services.http_json import FaultBoundary, application
from companyos_services.service_settings import ServiceName, ServiceSettings
from companyos_services.settings.app import SettingsService
from companyos_services.settings.store import SqliteSettings
from companyos_services.state import Process, state_document, this_process

STATE_PATH = "/.well-known/companyos/state"


class Store(Protocol):
    """What every service's store can do, whatever it keeps."""

    def close(self) -> None:
        """Give the file back."""
        ...


@dataclass(frozen=True, slots=True)
class Assembly:
    """One service, ready to be served."""

    app: ASGIApp
    watch: BundleWatch
    pages: Pages
    store: Store


def assemble(settings: ServiceSettings) -> Assembly:
    """Return the service that `settings` describe, with nothing loaded yet.

    Raises:
        UsageError: if its data file or artifact cannot be used.
    """
    masked = frozenset((settings.mask_attributes or "").replace(" ", "").split(","))
    inputs = Inputs(masked) if settings.log_inputs else None
    log = DecisionLog(settings.service, inputs=inputs)
    process = this_process(settings.service, artifact=settings.reported_artifact())
    enforcement = Enforcement(log, now=_now)
    store, routes, prepare = _service(settings, enforcement)
    watch = BundleWatch(
        Sources(settings.bundle, settings.jwks),
        now=_now,
        open_directory=lambda identity: open_directory(identity, _surroundings()),
        prepare=prepare,
        on_attempt=lambda attempt, loaded: _log_attempt(log, attempt, loaded),
    )
    app = edge(routes, watch=watch, log=log)
    return Assembly(app, watch, admin_pages(process, watch), store)


def edge(routes: list[Route], *, watch: BundleWatch, log: DecisionLog) -> ASGIApp:
    """Return the routes behind everything that a request must pass first."""
    inner = TenantContext(
        application(routes),
        loaded=lambda: watch.loaded,
        clock=lambda: _now().timestamp(),
        on_rejection=log.rejection,
    )
    bounded = Limits(inner, RequestLimits())
    guarded = FaultBoundary(
        bounded, log=lambda error, scope: log.failure(error, request_id_of(scope))
    )
    return RequestId(guarded, new_id=_numbered())


def admin_pages(process: Process, watch: BundleWatch) -> Pages:
    """Return the pages of the admin port."""

    def state(query: Query) -> Page:
        tenants = [*query.get("tenants", ()), *query.get("tenant", ())] or None
        loaded, attempt = watch.loaded, watch.last_attempt
        return json_page(
            state_document(process, loaded, attempt, now=_now(), tenants=tenants)
        )

    def livez(query: Query) -> Page:
        del query
        return json_page({"status": "alive"})

    def readyz(query: Query) -> Page:
        del query
        if watch.loaded is not None:
            return json_page({"status": "ready"})
        attempt = watch.last_attempt
        reason = None if attempt is None else attempt.reason
        return json_page(
            {"status": "not_ready", "reason": reason}, HTTPStatus.SERVICE_UNAVAILABLE
        )

    return {STATE_PATH: state, "/livez": livez, "/readyz": readyz}


def _service(
    settings: ServiceSettings, enforcement: Enforcement
) -> tuple[Store, list[Route], Callable[[Loaded], None]]:
    match settings.service:
        case ServiceName.SETTINGS:
            kept = SqliteSettings(settings.data)
            return kept, SettingsService(kept, enforcement).routes(), _nothing
        case ServiceName.EXPORTS:
            store = SqliteExports(settings.data)
            service = ExportsService(store, enforcement, new_id=_new_id)
            seed = _seeding(store) if settings.seed_demo_data else _nothing
            return store, service.routes(), seed


def _seeding(store: SqliteExports) -> Callable[[Loaded], None]:
    def seed(loaded: Loaded) -> None:
        snapshot = loaded.snapshot
        regions = set(snapshot.regions.by_country.values())
        add_demo_data(store, snapshot.tenants.values(), regions)

    return seed


def _nothing(loaded: Loaded) -> None:
    del loaded


def _log_attempt(log: DecisionLog, attempt: Attempt, loaded: Loaded | None) -> None:
    in_use: JSONObject = {
        "stage": None if loaded is None else loaded.stage,
        "config_root": None if loaded is None else loaded.snapshot.root,
        "log_entry": None if loaded is None else loaded.log_entry,
    }
    if attempt.outcome is Outcome.LOADED:
        log.write(Event.CONFIG_LOADED, in_use)
    else:
        log.write(Event.CONFIG_REFUSED, {**in_use, "reason": attempt.reason})


def _surroundings() -> Surroundings:
    """Return what identity backends may use of this process."""
    return Surroundings(Path.cwd(), os.environ.get, time.monotonic)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid.uuid4().hex


def _numbered() -> Callable[[], str]:
    """Return what gives ids that are unique, but cheap and no secret."""
    process, numbers = _new_id()[:16], itertools.count(1)
    return lambda: f"{process}-{next(numbers)}"
