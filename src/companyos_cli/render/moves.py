"""What came of a promotion or a rollback, and what comes next."""

from __future__ import annotations

from companyos.digests import JSONObject
from companyos.releases.appending import Appended
from companyos.releases.entries import Entry, Part, Promotion, Rollback
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.promotion import PromotionPlan
from companyos.releases.rollback import RollbackPlan
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus
from companyos_cli.render.releases import (
    content_document,
    content_text,
    entry_document,
    gates_document,
    gates_text,
    promotion_plan_text,
    rollback_plan_text,
    when,
)

SCHEMA = "companyos.move/v1"


def plan_text(plan: PromotionPlan | RollbackPlan, paint: Paint) -> str:
    """Return what is about to happen."""
    if isinstance(plan, PromotionPlan):
        return promotion_plan_text(plan, paint)
    return rollback_plan_text(plan, paint)


def dry_run(plan: PromotionPlan | RollbackPlan) -> Answer:
    """Return that it could be done, and was not."""
    return Answer(
        text=lambda paint: paint("nothing was changed (dry run)", Role.FAINT),
        document=_plan_document(plan, "planned"),
    )


def declined(plan: PromotionPlan | RollbackPlan) -> Answer:
    """Return that the person said no."""
    return Answer(
        text=lambda _paint: "nothing was changed: you did not agree",
        document=_plan_document(plan, "declined"),
        status=ExitStatus.NO,
    )


def overtaken(plan: PromotionPlan | RollbackPlan) -> Answer:
    """Return that the stage changed after the plan was shown."""
    before = content_text(plan.before)
    return Answer(
        text=lambda paint: (
            f"{paint('refused', Role.ERROR)}: `{plan.stage}` changed to {before} since "
            "the plan was shown; look again"
        ),
        document=_plan_document(plan, "overtaken"),
        status=ExitStatus.NO,
    )


def settled(found: AlreadyThere | Refusal) -> Answer:
    """Return why there is nothing to append."""
    if isinstance(found, AlreadyThere):
        return _already_there(found)
    return _refused(found)


def found(entry: Entry) -> Answer:
    """Return that an earlier run of the same operation did it."""
    operation, index = entry.operation_id, entry.position.index
    return Answer(
        text=lambda _paint: f"already done: `{operation}` is entry {index}",
        document={
            "schema": SCHEMA,
            "outcome": "already",
            "entry": entry_document(entry),
        },
    )


def moved(done: Appended) -> Answer:
    """Return what the stage carries now, and which entry says so."""
    body = done.entry.body
    assert isinstance(body, Promotion | Rollback)  # noqa: S101 - it is what was drafted
    now, entry = content_text(body.content), done.entry.position.index

    def text(paint: Paint) -> str:
        verb = "rolled back" if isinstance(body, Rollback) else "promoted"
        return (
            f"{paint(verb, Role.SUCCESS)}: {body.stage} now carries {now}\n"
            f"entry {entry} by {done.entry.actor}, tag {done.tag}"
        )

    document: JSONObject = {
        "schema": SCHEMA,
        "outcome": "already" if done.already else "recorded",
        "stage": body.stage,
        "content": content_document(body.content),
        "entry": entry_document(done.entry),
    }
    step = f"companyos drift report --stage {body.stage}"
    return Answer(text=text, document=document, next_step=step)


def _already_there(found: AlreadyThere) -> Answer:
    stay = found.stay
    return Answer(
        text=lambda _paint: (
            f"nothing to do: {found.stage} carries {content_text(stay.content)} since "
            f"{when(stay.since)} (entry {stay.index})"
        ),
        document={
            "schema": SCHEMA,
            "outcome": "already",
            "stage": found.stage,
            "content": content_document(stay.content),
            "entry": {"index": stay.index},
        },
    )


def _refused(found: Refusal) -> Answer:
    def text(paint: Paint) -> str:
        lines = [f"{paint('refused', Role.ERROR)}: {found.reason}"]
        if found.eligibility is not None:
            version, stage = found.eligibility.version, found.eligibility.stage
            head = f"{version} may not come to {stage} now"
            lines = [
                f"{paint('refused', Role.ERROR)}: {head}",
                gates_text(found.eligibility, paint),
            ]
        if found.opens_at is not None:
            lines.append(f"waiting helps: it opens at {when(found.opens_at)}")
        return "\n".join(lines)

    gates = [] if found.eligibility is None else gates_document(found.eligibility)
    return Answer(
        text=text,
        document={
            "schema": SCHEMA,
            "outcome": "refused",
            "reason": found.reason,
            "gates": gates,
            "opens_at": None if found.opens_at is None else when(found.opens_at),
        },
        status=ExitStatus.NO,
        next_step=found.hint or "",
    )


def _plan_document(plan: PromotionPlan | RollbackPlan, outcome: str) -> JSONObject:
    document: dict[str, JSONObject | str | list[str]] = {
        "schema": SCHEMA,
        "outcome": outcome,
        "stage": plan.stage,
        "content": content_document(plan.content),
    }
    if isinstance(plan, RollbackPlan):
        document["only"] = [str(part) for part in plan.only or Part]
        document["reason"] = plan.reason
        return document
    return {**document, "gates": gates_document(plan.eligibility)}
