"""Questions to one snapshot, answered for people and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from companyos.authz import (
    Decision,
    Explanation,
    Request,
    Resource,
    decide_lookup,
    explain,
)
from companyos.digests import JSONObject, JSONValue
from companyos.errors import UsageError
from companyos.flags import Evaluation, evaluate
from companyos.identity import (
    AttributeValue,
    Directory,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
)
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus
from companyos_cli.render.explanations import (
    explanation_document,
    explanation_text,
)
from companyos_cli.render.tables import fields

RESOURCE_KEYS = frozenset({"id", "type", "tenant", "attributes"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One authorization question as it is asked on the command line."""

    tenant_id: str
    subject_id: str
    action: str
    resource: JSONObject


def decision_answer(
    asked: Asked, snapshot: Snapshot, directory: Directory, *, explained: bool = False
) -> Answer:
    """Return the decision; a deny is the answer no."""
    found = directory.get_subject(asked.tenant_id, asked.subject_id)
    resource = _resource(asked)
    decision = decide_lookup(
        found,
        snapshot,
        tenant_id=asked.tenant_id,
        subject_id=asked.subject_id,
        action=asked.action,
        resource=resource,
    )
    status = ExitStatus.YES if decision.allowed else ExitStatus.NO
    text, document = _decision_text, _decision_document(decision)
    if not explained:
        return Answer(lambda paint: text(decision, paint), document, status)
    explanation = Explanation(decision)
    if isinstance(found, Subject) and found.subject_id == asked.subject_id:
        request = Request(asked.tenant_id, found, asked.action, resource)
        explanation = explain(request, snapshot)
    return Answer(
        text=lambda paint: (
            f"{text(decision, paint)}\n\n{explanation_text(explanation, paint)}"
        ),
        document={**document, "explanation": explanation_document(explanation)},
        status=status,
    )


def evaluation_answer(
    flag_id: str,
    snapshot: Snapshot,
    *,
    tenant_id: str,
    subject: Subject | None,
    context: Mapping[str, JSONValue],
    now: datetime,
) -> Answer:
    """Return what a flag answers.

    Raises:
        UsageError: there is no such flag or tenant.
    """
    if flag_id not in snapshot.flags.flags:
        known = ", ".join(sorted(snapshot.flags.flags))
        raise UsageError(f"no flag `{flag_id}`", hint=f"there are: {known}")
    if tenant_id not in snapshot.tenants:
        known = ", ".join(sorted(snapshot.tenants))
        raise UsageError(f"no tenant `{tenant_id}`", hint=f"there are: {known}")
    found = evaluate(
        flag_id,
        snapshot,
        tenant_id=tenant_id,
        subject=subject,
        context=context,
        now=now,
    )
    return Answer(
        text=lambda paint: _evaluation_text(found, paint),
        document=_evaluation_document(found),
    )


def lookup_answer(found: Lookup, snapshot: Snapshot) -> Answer:
    """Return who somebody is, or which of the other two answers it is."""
    match found:
        case Subject():
            return _subject_answer(found, snapshot)
        case NotFound(tenant_id=tenant, subject_id=subject):
            sentence = f"not found: tenant {tenant} has no subject {subject}"
            return _no_subject("not_found", sentence, ExitStatus.NO)
        case Unavailable(reason=reason):
            sentence = f"unavailable: {reason}"
            return _no_subject("unavailable", sentence, ExitStatus.UNKNOWN)


def _resource(asked: Asked) -> Resource:
    described = asked.resource
    unknown = sorted(described.keys() - RESOURCE_KEYS)
    if unknown:
        raise UsageError(
            f"a resource has no `{unknown[0]}`",
            hint="it has `id`, `type`, `tenant` and `attributes`",
        )
    attributes = described.get("attributes", {})
    if not isinstance(attributes, Mapping):
        raise UsageError("a resource's `attributes` are a JSON object")
    return Resource(
        type=_text(described, "type", asked.action.partition(":")[0]),
        resource_id=_text(described, "id", "any"),
        tenant_id=_text(described, "tenant", asked.tenant_id),
        attributes=attributes,
    )


def _text(described: JSONObject, key: str, default: str) -> str:
    value = described.get(key, default)
    if not isinstance(value, str):
        raise UsageError(f"a resource's `{key}` is a text")
    return value


def _decision_text(decision: Decision, paint: Paint) -> str:
    role = Role.SUCCESS if decision.allowed else Role.ERROR
    rows = [("code", str(decision.code))]
    if decision.rule_id is not None:
        rows.append(("rule", f"{decision.rule_id}  {decision.place or ''}".rstrip()))
    if decision.bundle_id is not None:
        rows.append(("policy bundle", decision.bundle_id))
    if decision.reason:
        rows.append(("reason", decision.reason))
    if decision.errors:
        rows.append(("not evaluated", ", ".join(decision.errors)))
    rows.append(("policies", decision.policy_digest))
    return f"{paint(str(decision.effect), role)}\n{fields(rows, paint=paint)}"


def _decision_document(decision: Decision) -> JSONObject:
    return {
        "schema": "companyos.decision/v1",
        "effect": decision.effect,
        "code": decision.code,
        "rule": decision.rule_id,
        "place": None if decision.place is None else str(decision.place),
        "policy_bundle": decision.bundle_id,
        "policy_digest": decision.policy_digest,
        "reason": decision.reason,
        "errors": list(decision.errors),
    }


def _evaluation_text(found: Evaluation, paint: Paint) -> str:
    rows = [
        ("variant", found.variant or "-"),
        ("reason", str(found.reason)),
        ("rule", found.rule or "-"),
    ]
    if found.note:
        rows.append(("note", found.note))
    value = paint(_shown(found.value), Role.STRONG)
    return f"{found.flag_id}: {value}\n{fields(rows, paint=paint)}"


def _evaluation_document(found: Evaluation) -> JSONObject:
    return {
        "schema": "companyos.evaluation/v1",
        "flag": found.flag_id,
        "value": found.value,
        "variant": found.variant,
        "reason": found.reason,
        "rule": found.rule,
        "flags_digest": found.flags_digest,
        "note": found.note,
    }


def _subject_answer(subject: Subject, snapshot: Snapshot) -> Answer:
    country = subject.attributes.get("country")
    region = snapshot.regions.of(country if isinstance(country, str) else None)
    attributes = dict(sorted(subject.attributes.items()))

    def text(paint: Paint) -> str:
        rows = [
            ("subject", f"{subject.subject_id} of {subject.tenant_id}"),
            ("roles", ", ".join(sorted(subject.roles)) or "-"),
            *((name, _written(value)) for name, value in attributes.items()),
            ("region", region or "-"),
            ("answer", str(subject.freshness)),
        ]
        return fields(rows, paint=paint)

    return Answer(
        text=text,
        document={
            "schema": "companyos.subject/v1",
            "outcome": "found",
            "tenant_id": subject.tenant_id,
            "subject_id": subject.subject_id,
            "roles": sorted(subject.roles),
            "attributes": attributes,
            "region": region,
            "freshness": subject.freshness,
        },
    )


def _no_subject(outcome: str, sentence: str, status: ExitStatus) -> Answer:
    return Answer(
        text=lambda _paint: sentence,
        document={"schema": "companyos.subject/v1", "outcome": outcome},
        status=status,
    )


def _written(value: AttributeValue) -> str:
    return ", ".join(value) if isinstance(value, list | tuple) else _shown(value)


def _shown(value: JSONValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
