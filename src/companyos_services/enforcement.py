"""From an HTTP request to decisions: the subject, each decision and flag, and its line.

Every endpoint asks through an `Inquiry`, so none can decide without a log line and none
can mix two configurations: the one that the request began with answers all of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from starlette.requests import Request

from companyos.asgi.decision_log import Asked, DecisionLog
from companyos.asgi.problems import Problem
from companyos.asgi.request_id import request_id_of
from companyos.asgi.tenant_context import Caller, caller_of
from companyos.authz import Decision, ReasonCode, Resource, decide_lookup
from companyos.flags import Evaluation, evaluate
from companyos.identity import Lookup, Subject
from companyos.identity.backends.static import StaticDirectory
from companyos.tenants import Tenant

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
        """Return the decision about `action` on `resource`, and log it."""
        decision = decide_lookup(
            self._lookup,
            self.caller.loaded.snapshot,
            tenant_id=self.caller.tenant_id,
            subject_id=self.caller.subject_id,
            action=action,
            resource=resource,
        )
        self._log.decision(
            self._asked, decision, action=action, resource=resource, flags=self._flags
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

    async def begin(self, request: Request) -> Inquiry:
        """Look up the caller of `request`."""
        caller = caller_of(request.scope)
        return Inquiry(
            caller,
            await _lookup(caller),
            request_id=request_id_of(request.scope),
            log=self._log,
            now=self._now(),
        )


async def _lookup(caller: Caller) -> Lookup:
    directory = caller.loaded.directory
    key = (caller.tenant_id, caller.subject_id)
    if isinstance(directory, StaticDirectory):
        return directory.get_subject(*key)  # memory only: a thread would cost more
    return await asyncio.to_thread(directory.get_subject, *key)


def refusal(decision: Decision) -> Problem:
    """Return the answer for a deny: the code, and of the rules only their own words."""
    if decision.code is ReasonCode.SUBJECT_UNAVAILABLE:
        return Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            decision.code.value,
            "the directory of subjects did not answer; try again",
            RETRY_SOON,
        )
    # Only a deny rule's `reason` is written for callers; other texts may be internal.
    written = decision.reason if decision.code is ReasonCode.DENY_RULE else ""
    detail = written or SENTENCES.get(decision.code, "the request was denied")
    return Problem(HTTPStatus.FORBIDDEN, decision.code.value, detail)


SENTENCES = {
    ReasonCode.NO_MATCHING_RULE: "nothing permits this action on this resource",
    ReasonCode.SUBJECT_NOT_FOUND: "the tenant has no such subject",
    ReasonCode.UNKNOWN_ACTION: "this action is not part of the configuration",
}
