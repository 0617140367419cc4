"""From an HTTP request to decisions: the subject, each decision and flag, and its line.

Every endpoint asks through an `Inquiry`, so none can decide without a log line and none
can mix two configurations: the one that the request began with answers all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from http import HTTPStatus

from starlette.types import Scope

from companyos.asgi.decision_log import Asked, DecisionLog
from companyos.asgi.problems import Problem
from companyos.asgi.request_id import request_id_of
from companyos.asgi.tenant_context import Caller, caller_of
from companyos.authz import (
    Decision,
    ReasonCode,
    Resource,
    decide_lookup,
    reason_for_caller,
)
from companyos.flags import Evaluation, evaluate
from companyos.identity import Freshness, Lookup, Subject, Unavailable
from companyos.identity.backends.static import StaticDirectory
from companyos.identity.cache import CachedDirectory
from companyos.tenants import Tenant

LOOKUPS_MAX = 32
"""How many lookups may wait at once; a remembered answer never waits behind them."""

RETRY_SOON = ((b"retry-after", b"5"),)


class Inquiry:
    """What one request asks of one configuration, and what was answered so far."""

    def __init__(
        self,
        caller: Caller,
        lookup: Lookup,
        *,
        request_id: str | None,
        log: DecisionLog,
        now: datetime,
    ) -> None:
        self.caller = caller
        self.now = now
        self._lookup = lookup
        self._log = log
        self._flags: tuple[Evaluation, ...] = ()
        self._asked = Asked(
            stage=caller.loaded.stage,
            config_root=caller.loaded.snapshot.root,
            request_id=request_id,
            tenant_id=caller.tenant_id,
            subject_id=caller.subject_id,
            lookup=lookup,
        )

    @property
    def tenant(self) -> Tenant:
        """Return the tenant that is acted for."""
        return self.caller.loaded.snapshot.tenants[self.caller.tenant_id]

    def decide(self, action: str, resource: Resource) -> Decision:
        """Return the decision about `action` on `resource`, and log it.

        An action that demands a fresh subject is denied to a remembered one: whoever
        asks about it must have named it to `Enforcement.begin`.
        """
        decision = decide_lookup(
            self._lookup_for(action),
            self.caller.loaded.snapshot,
            tenant_id=self.caller.tenant_id,
            subject_id=self.caller.subject_id,
            action=action,
            resource=resource,
        )
        self._log.decision(
            self._asked,
            decision,
            action=action,
            resource=resource,
            flags=self._flags,
            declared=self.caller.loaded.snapshot.policies.catalog.subject,
        )
        return decision

    def evaluate(self, flag_id: str) -> Evaluation:
        """Return what the flag gives this caller; later log lines carry it."""
        subject = self._lookup if isinstance(self._lookup, Subject) else None
        evaluation = evaluate(
            flag_id,
            self.caller.loaded.snapshot,
            tenant_id=self.caller.tenant_id,
            subject=subject,
            context={},
            now=self.now,
        )
        self._flags = (*self._flags, evaluation)
        return evaluation

    def _lookup_for(self, action: str) -> Lookup:
        fresh_actions = self.caller.loaded.snapshot.policies.catalog.fresh_actions
        found = self._lookup
        remembered = (
            isinstance(found, Subject) and found.freshness is not Freshness.FRESH
        )
        return NOT_FRESH if remembered and action in fresh_actions else found

    def feature_off(self, evaluation: Evaluation) -> Problem:
        """Return the answer for a permitted request whose feature is off, logged."""
        self._log.feature_off(self._asked, evaluation)
        return Problem(
            HTTPStatus.FORBIDDEN,
            "feature_off",
            f"`{evaluation.flag_id}` is not switched on for this caller",
        )


class Enforcement:
    """Begins the inquiries of one service. `now` gives the time of each request."""

    def __init__(self, log: DecisionLog, *, now: Callable[[], datetime]) -> None:
        self._log = log
        self._now = now
        # Of its own: a directory that is slow must not hold up what else uses threads.
        self._threads = ThreadPoolExecutor(LOOKUPS_MAX, "companyos-lookup")

    async def begin(self, scope: Scope, *actions: str) -> Inquiry:
        """Look up the caller of a request, who will be decided about for `actions`.

        If one of them demands a fresh subject, memory does not count.
        """
        caller = caller_of(scope)
        fresh = caller.loaded.snapshot.policies.catalog.fresh_actions
        return Inquiry(
            caller,
            await self._lookup(caller, require_fresh=not fresh.isdisjoint(actions)),
            request_id=request_id_of(scope),
            log=self._log,
            now=self._now(),
        )

    async def _lookup(self, caller: Caller, *, require_fresh: bool) -> Lookup:
        """Return who the caller is, without ever waiting on the event loop itself."""
        directory = caller.loaded.directory
        key = (caller.tenant_id, caller.subject_id)
        if isinstance(directory, StaticDirectory):
            return directory.get_subject(*key)  # memory only: a thread would cost more
        ask = partial(directory.get_subject, *key)
        if isinstance(directory, CachedDirectory):
            known = None if require_fresh else directory.known(*key)
            if known is not None:
                return known
            ask = partial(directory.get_subject, *key, require_fresh=require_fresh)
        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)


def refusal(decision: Decision) -> Problem:
    """Return the answer for a deny: the code, and of the rules only their own words."""
    if decision.code is ReasonCode.SUBJECT_UNAVAILABLE:
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            decision.code.value,
            reason_for_caller(decision),
            RETRY_SOON,
        )
    detail = reason_for_caller(decision)
    return Problem(HTTPStatus.FORBIDDEN, decision.code.value, detail)


NOT_FRESH = Unavailable("the action demands a fresh answer about the subject")
