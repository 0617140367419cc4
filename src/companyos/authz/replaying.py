"""The decision log against another desired state: which real answers would change.

A line can be decided again if it holds what was decided from (`inputs`). Where an
attribute is masked or cut the line is told apart, because unknown is not unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from companyos.authz.decision import PolicySource, decide
from companyos.authz.model import Decision, Request, Resource
from companyos.authz.vocabulary import ReasonCode
from companyos.digests import JSONObject, JSONValue
from companyos.identity.subjects import Subject

EVENT = "decision"
MASK = "[masked]"
"""What the log writes in place of a value that it must not hold."""

CUT = "\u2026 ("
"""What the log writes where it cuts a long text."""


class Standing(StrEnum):
    """How a logged decision compares with the same question asked again."""

    SAME = "same"
    REASON_CHANGED = "reason_changed"
    FLIPPED = "flipped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Logged:
    """One decision as a line of the log tells it; `line` counts from 1."""

    line: int
    request_id: str
    tenant_id: str
    subject_id: str
    action: str
    resource_id: str
    effect: str
    code: str
    rule_id: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A logged decision, and what another desired state makes of it.

    `decision` is None where it could not be decided again, for the reason in `note`.
    """

    logged: Logged
    standing: Standing
    decision: Decision | None = None
    note: str = ""


def replayed(line: JSONObject, number: int, snapshot: PolicySource) -> Replayed | None:
    """Return what became of a logged decision, None for a line about anything else.

    A denial because nobody could be identified says nothing about policies and stays
    what it was.
    """
    if line.get("event") != EVENT:
        return None
    logged = _logged(line, number)
    if logged.code in {ReasonCode.SUBJECT_NOT_FOUND, ReasonCode.SUBJECT_UNAVAILABLE}:
        return Replayed(logged, Standing.SAME, note="nobody was identified")
    request = _request(line, logged)
    if isinstance(request, str):
        return Replayed(logged, Standing.UNKNOWN, note=request)
    decision = decide(request, snapshot)
    return Replayed(logged, _standing(logged, decision), decision)


def _standing(logged: Logged, decision: Decision) -> Standing:
    if decision.effect != logged.effect:
        return Standing.FLIPPED
    if decision.code == logged.code and decision.rule_id == logged.rule_id:
        return Standing.SAME
    return Standing.REASON_CHANGED


def _logged(line: JSONObject, number: int) -> Logged:
    resource = _table(line.get("resource"))
    rule = line.get("rule")
    return Logged(
        line=number,
        request_id=_text(line.get("request_id")),
        tenant_id=_text(line.get("tenant_id")),
        subject_id=_text(line.get("subject_id")),
        action=_text(line.get("action")),
        resource_id=_text(resource.get("id")),
        effect=_text(line.get("effect")),
        code=_text(line.get("code")),
        rule_id=rule if isinstance(rule, str) else None,
    )


def _request(line: JSONObject, logged: Logged) -> Request | str:
    """Return the request that a line is about, or why it cannot be known."""
    inputs = line.get("inputs")
    if not isinstance(inputs, Mapping):
        return "the line does not hold what was decided from"
    if _is_hidden(inputs):
        return "a value that was decided from is masked or cut"
    subject, resource = _table(inputs.get("subject")), _table(inputs.get("resource"))
    roles = subject.get("roles")
    if not isinstance(roles, list | tuple):
        return "the line does not say which roles the subject had"
    attributes = _table(subject.get("attributes"))
    return Request(
        logged.tenant_id,
        Subject(
            _text(subject.get("tenant_id")),
            logged.subject_id,
            frozenset(_text(role) for role in roles),
            {name: _text(value) for name, value in attributes.items()},
        ),
        logged.action,
        Resource(
            _text(_table(line.get("resource")).get("type")),
            logged.resource_id,
            _text(resource.get("tenant_id")),
            _table(resource.get("attributes")),
        ),
    )


def _is_hidden(value: JSONValue) -> bool:
    if isinstance(value, str):
        return MASK in value or (CUT in value and value.endswith(" more)"))
    if isinstance(value, Mapping):
        return any(_is_hidden(item) for item in value.values())
    return isinstance(value, list | tuple) and any(_is_hidden(item) for item in value)


def _table(value: JSONValue) -> JSONObject:
    return value if isinstance(value, Mapping) else {}


def _text(value: JSONValue) -> str:
    return value if isinstance(value, str) else ""
