"""The decision log: one line for each decision, complete enough to explain it later.

A line names the exact policies and configuration it was made from and how fresh the
subject was. It carries ids and never tokens or bodies; attribute values only where the
operator asked for `Inputs`, with which a decision can be made again elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from companyos.asgi.log_lines import FIELDS, MASK
from companyos.asgi.tenant_context import Rejection
from companyos.authz import Decision, Resource
from companyos.digests import JSONObject, JSONValue
from companyos.flags import Evaluation
from companyos.identity import Lookup, NotFound, Subject

LOGGER = "companyos.decisions"


class Event(StrEnum):
    """What a line of the log is about; the set is closed."""

    DECISION = "decision"
    FEATURE_OFF = "feature_off"
    REQUEST_REJECTED = "request_rejected"
    REQUEST_FAILED = "request_failed"
    CONFIG_LOADED = "config_loaded"
    CONFIG_REFUSED = "config_refused"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked what, of which configuration."""

    stage: str
    config_root: str
    request_id: str | None
    tenant_id: str
    subject_id: str
    lookup: Lookup


@dataclass(frozen=True, slots=True)
class Inputs:
    """Asks for what each decision was made from: roles and declared attributes.

    The value of an attribute in `masked` is not shown, only that there was one.
    """

    masked: frozenset[str] = frozenset()

    def shown(self, attributes: Mapping[str, JSONValue]) -> JSONObject:
        """Return the attributes as the log may show them."""
        return {
            name: MASK if name in self.masked else value
            for name, value in attributes.items()
        }


class DecisionLog:
    """Writes the lines of one service through the standard library's logging."""

    def __init__(self, service: str, *, inputs: Inputs | None = None) -> None:
        self._service = service
        self._inputs = inputs
        self._logger = logging.getLogger(LOGGER)

    def decision(
        self,
        asked: Asked,
        decision: Decision,
        *,
        action: str,
        resource: Resource,
        flags: tuple[Evaluation, ...],
        declared: Collection[str] = (),
    ) -> None:
        """Log one decision, with the flags that were evaluated for the request.

        `declared` are the subject attributes that the catalogue declares: no decision
        rests on any other.
        """
        fields = decision_fields(asked, decision)
        fields["action"] = action
        fields["resource"] = {"type": resource.type, "id": resource.resource_id}
        fields["flags"] = [flag_fields(evaluation) for evaluation in flags]
        if self._inputs is not None:
            fields["inputs"] = input_fields(
                asked.lookup, resource, declared, shown=self._inputs.shown
            )
        self.write(Event.DECISION, fields)

    def feature_off(self, asked: Asked, evaluation: Evaluation) -> None:
        """Log that a permitted request was refused because its feature is off."""
        fields = asked_fields(asked)
        fields["flags"] = [flag_fields(evaluation)]
        self.write(Event.FEATURE_OFF, fields)

    def rejection(self, rejection: Rejection, request_id: str | None) -> None:
        """Log a request whose caller or tenant could not be established."""
        fields = {"request_id": request_id, "reason": rejection.refusal.value}
        self.write(Event.REQUEST_REJECTED, {**fields, "note": rejection.note})

    def failure(self, error: BaseException, request_id: str | None) -> None:
        """Log a request that failed through a fault of the service."""
        fields: JSONObject = {"service": self._service, "request_id": request_id}
        self._logger.error(
            Event.REQUEST_FAILED.value, exc_info=error, extra={FIELDS: fields}
        )

    def write(self, event: Event, fields: Mapping[str, JSONValue]) -> None:
        """Log one line about `event`."""
        self._logger.info(
            event.value, extra={FIELDS: {"service": self._service, **fields}}
        )


def asked_fields(asked: Asked) -> dict[str, JSONValue]:
    """Return the part of a line that says who asked and of what."""
    return {
        "stage": asked.stage,
        "tenant_id": asked.tenant_id,
        "subject_id": asked.subject_id,
        "request_id": asked.request_id,
        "config_root": asked.config_root,
        "identity_freshness": freshness_of(asked.lookup),
    }


def decision_fields(asked: Asked, decision: Decision) -> dict[str, JSONValue]:
    """Return the part of a line that says what was decided and why."""
    place = decision.place
    return {
        **asked_fields(asked),
        "effect": decision.effect.value,
        "code": decision.code.value,
        "rule": decision.rule_id,
        "place": None if place is None else f"{place.file}:{place.line}",
        "policy_bundle": decision.bundle_id,
        "policy_digest": decision.policy_digest,
        "errors": list(decision.errors),
    }


def input_fields(
    lookup: Lookup,
    resource: Resource,
    declared: Collection[str],
    *,
    shown: Callable[[Mapping[str, JSONValue]], JSONObject],
) -> JSONObject:
    """Return what a decision was made from; no subject where there was none."""
    subject: JSONObject | None = None
    if isinstance(lookup, Subject):
        known = {n: v for n, v in lookup.attributes.items() if n in declared}
        subject = {
            "tenant_id": lookup.tenant_id,
            "roles": sorted(lookup.roles),
            "attributes": shown(known),
        }
    return {
        "subject": subject,
        "resource": {
            "tenant_id": resource.tenant_id,
            "attributes": shown(resource.attributes),
        },
    }


def flag_fields(evaluation: Evaluation) -> JSONObject:
    """Return one evaluated flag, by OpenFeature's names for the parts."""
    return {
        "flag": evaluation.flag_id,
        "variant": evaluation.variant,
        "reason": evaluation.reason.value,
        "rule": evaluation.rule,
    }


def freshness_of(lookup: Lookup) -> str:
    """Return how the subject was come by, also where there is none."""
    if isinstance(lookup, Subject):
        return lookup.freshness.value
    return "not_found" if isinstance(lookup, NotFound) else "unavailable"
