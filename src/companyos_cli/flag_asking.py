"""Questions about flags: every step to an answer, and all tenants at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from companyos.config.moments import last_of
from companyos.digests import JSONObject, JSONValue
from companyos.errors import UsageError
from companyos.flags import Evaluation, Explanation, evaluate, explain
from companyos.flags.explanation import Outcome
from companyos.identity import Subject
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.render.tables import fields, table


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one flag."""

    flag_id: str
    tenant_id: str
    subject: Subject | None
    context: JSONObject
    now: datetime


def refuse_unknown(snapshot: Snapshot, *, flag_id: str, tenant_id: str) -> None:
    """Refuse a question about what there is not.

    Raises:
        UsageError: there is no such flag or tenant.
    """
    kinds = (
        ("flag", flag_id, snapshot.flags.flags),
        ("tenant", tenant_id, snapshot.tenants),
    )
    for word, name, known in kinds:
        if name not in known:
            there = ", ".join(sorted(known))
            raise UsageError(f"no {word} `{name}`", hint=f"there are: {there}")


def explanation_answer(question: Question, snapshot: Snapshot) -> Answer:
    """Return what a flag answers and every step that was asked on the way.

    Raises:
        UsageError: there is no such flag or tenant.
    """
    refuse_unknown(snapshot, flag_id=question.flag_id, tenant_id=question.tenant_id)
    found = explain(
        question.flag_id,
        snapshot,
        tenant_id=question.tenant_id,
        subject=question.subject,
        context=question.context,
        now=question.now,
    )
    return Answer(
        text=lambda paint: _explanation_text(found, paint),
        document=_explanation_document(found),
    )


def answers_answer(
    snapshot: Snapshot, tenants: Sequence[str], *, now: datetime
) -> Answer:
    """Return what each flag answers each tenant, where nobody is named.

    Raises:
        UsageError: there is no such tenant.
    """
    asked = tuple(tenants) or tuple(sorted(snapshot.tenants))
    for tenant_id in asked:
        if tenant_id not in snapshot.tenants:
            known = ", ".join(sorted(snapshot.tenants))
            raise UsageError(f"no tenant `{tenant_id}`", hint=f"there are: {known}")
    rows = {
        flag_id: {
            tenant_id: evaluate(flag_id, snapshot, tenant_id=tenant_id, now=now)
            for tenant_id in asked
        }
        for flag_id in sorted(snapshot.flags.flags)
    }
    return Answer(
        text=lambda paint: _answers_text(snapshot, asked, rows, paint),
        document={
            "schema": "companyos.flag-answers/v1",
            "flags": [_answers_document(snapshot, name, rows[name]) for name in rows],
        },
    )


def _explanation_text(found: Explanation, paint: Paint) -> str:
    answer = found.evaluation
    value = paint(shown(answer.value), Role.STRONG)
    reason = f"{answer.variant} ({answer.reason})"
    steps = [
        (
            paint(step.name, Role.STRONG)
            if step.outcome is Outcome.DECIDED
            else step.name,
            step.detail,
        )
        for step in found.steps
    ]
    return f"{answer.flag_id}: {value}  {reason}\n{fields(steps, paint=paint)}"


def _explanation_document(found: Explanation) -> JSONObject:
    return {
        "schema": "companyos.explanation/v1",
        "flag": found.evaluation.flag_id,
        "value": found.evaluation.value,
        "variant": found.evaluation.variant,
        "reason": found.evaluation.reason,
        "rule": found.evaluation.rule,
        "flags_digest": found.evaluation.flags_digest,
        "note": found.evaluation.note,
        "steps": [
            {"name": step.name, "outcome": step.outcome, "detail": step.detail}
            for step in found.steps
        ],
    }


def _answers_text(
    snapshot: Snapshot,
    tenants: Sequence[str],
    rows: dict[str, dict[str, Evaluation]],
    paint: Paint,
) -> str:
    def row(name: str) -> list[str]:
        flag = snapshot.flags.flags[name]
        expires = "-" if flag.expires_at is None else last_of(flag.expires_at)
        answers = [
            _answer_text(snapshot, rows[name][tenant], tenant) for tenant in tenants
        ]
        return [name, flag.state, flag.kind, flag.owner, expires, *answers]

    header = ["flag", "state", "kind", "owner", "expires", *tenants]
    return table(header, [row(name) for name in rows], paint=paint)


def _answer_text(snapshot: Snapshot, found: Evaluation, tenant_id: str) -> str:
    flag = snapshot.flags.flags[found.flag_id]
    varies = flag.rollout is not None or flag.rules
    decided = found.rule or found.note
    if found.flag_id not in snapshot.tenants[tenant_id].feature_flags:
        return f"({found.variant})"
    return (
        f"{found.variant}*"
        if varies and not decided.startswith("override")
        else (found.variant or "-")
    )


def _answers_document(
    snapshot: Snapshot, name: str, answers: dict[str, Evaluation]
) -> JSONValue:
    flag = snapshot.flags.flags[name]
    return {
        "flag": name,
        "state": flag.state,
        "kind": flag.kind,
        "owner": flag.owner,
        "expires_at": None if flag.expires_at is None else flag.expires_at.isoformat(),
        "place": str(flag.place),
        "tenants": {
            tenant: {
                "value": found.value,
                "variant": found.variant,
                "reason": found.reason,
                "rule": found.rule,
                "note": found.note,
            }
            for tenant, found in answers.items()
        },
    }


def shown(value: JSONValue) -> str:
    """Return a value as people read it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
