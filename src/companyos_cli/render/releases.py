"""Releases, stages, plans and entries as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from companyos.digests import JSONObject, JSONValue
from companyos.releases.announcing import subject_line
from companyos.releases.eligibility import Eligibility
from companyos.releases.entries import (
    COMPONENTS,
    Content,
    Entry,
    GateVerdict,
    Kind,
    Part,
    Release,
)
from companyos.releases.paths import entry_path, tag_name
from companyos.releases.promotion import PromotionPlan
from companyos.releases.rollback import RollbackPlan
from companyos.releases.stages import Stages
from companyos.releases.state import LogState, RecordedRelease, StageState
from companyos_cli.console import Paint, Role
from companyos_cli.render.tables import fields, table

SHORT = 12
NOTHING = "-"

_VERDICT_ROLES = {
    GateVerdict.OPEN: Role.SUCCESS,
    GateVerdict.CLOSED: Role.ERROR,
    GateVerdict.UNKNOWN: Role.WARNING,
}


def content_text(content: Content | None) -> str:
    """Return what a stage carries in a few words: `1.4.0`, or the parts that differ."""
    if content is None:
        return NOTHING
    if content.version is not None:
        return content.version
    versions = [content.versions[part] for part in Part]
    main = max(versions, key=versions.count)
    others = [
        f"{part} {content.versions[part]}"
        for part in Part
        if content.versions[part] != main
    ]
    return f"{main} with {', '.join(others)}"


def when(moment: datetime | None) -> str:
    """Return a moment as people and programs both read it."""
    return NOTHING if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def status_text(state: LogState, stages: Stages, paint: Paint) -> str:
    """Return what is where, since when and by whom."""
    rows = [_status_row(name, state.stage(name)) for name in stages.stages]
    return table(
        ("STAGE", "CARRIES", "SINCE", "BY", "ENTRY", "HELD"), rows, paint=paint
    )


def status_document(state: LogState, stages: Stages) -> JSONObject:
    """Return the same for programs."""
    return {
        "schema": "companyos.status/v1",
        "log": {"origin": state.origin, "size": state.size, "root": state.root},
        "stages": [_stage_document(name, state.stage(name)) for name in stages.stages],
    }


def releases_text(state: LogState, stages: Stages, paint: Paint) -> str:
    """Return every release, newest first, and where it is."""
    rows = [
        (
            recorded.release.version,
            when(recorded.recorded_at),
            recorded.actor,
            recorded.release.source.commit[:SHORT],
            ", ".join(_stages_with(state, stages, recorded)) or NOTHING,
        )
        for recorded in reversed(tuple(state.releases.values()))
    ]
    return table(("RELEASE", "BUILT", "BY", "COMMIT", "AT"), rows, paint=paint)


def releases_document(state: LogState, stages: Stages) -> JSONObject:
    """Return the same for programs."""
    return {
        "schema": "companyos.releases/v1",
        "releases": [
            {
                **release_document(recorded),
                "stages": list(_stages_with(state, stages, recorded)),
            }
            for recorded in reversed(tuple(state.releases.values()))
        ],
    }


def release_text(recorded: RecordedRelease, paint: Paint) -> str:
    """Return one release in full."""
    release = recorded.release
    rows = [
        ("release", release.version),
        ("built", f"{when(recorded.recorded_at)} by {recorded.actor}"),
        ("commit", release.source.commit),
        ("entry", f"{recorded.index}  {entry_path(recorded.index)}"),
        *((str(part), release.components[part]) for part in COMPONENTS),
        *(
            (f"artifact {name}", f"{artifact.digest}  {artifact.uri}")
            for name, artifact in sorted(release.artifacts.items())
        ),
    ]
    if release.notes:
        rows.append(("notes", release.notes))
    return fields(rows, paint=paint)


def release_document(recorded: RecordedRelease) -> JSONObject:
    """Return the same for programs."""
    release = recorded.release
    return {
        "schema": "companyos.release/v1",
        "version": release.version,
        "entry": recorded.index,
        "recorded_at": when(recorded.recorded_at),
        "actor": recorded.actor,
        "source": {"commit": release.source.commit, "tree": release.source.tree},
        "components": _components(release),
        "artifacts": {
            name: {"digest": each.digest, "uri": each.uri, "size": each.size}
            for name, each in sorted(release.artifacts.items())
        },
        "notes": release.notes,
    }


def gates_text(found: Eligibility, paint: Paint) -> str:
    """Return how each gate stands, one a line."""
    width = max(len(gate.gate) for gate in found.gates)
    return "\n".join(
        f"  {paint(str(gate.verdict).ljust(7), _VERDICT_ROLES[gate.verdict])}  "
        f"{gate.gate.ljust(width)}  {gate.detail}"
        for gate in found.gates
    )


def gates_document(found: Eligibility) -> Sequence[JSONObject]:
    """Return the same for programs."""
    return [
        {
            "gate": gate.gate,
            "verdict": gate.verdict,
            "detail": gate.detail,
            "opens_at": None if gate.opens_at is None else when(gate.opens_at),
        }
        for gate in found.gates
    ]


def promotion_plan_text(plan: PromotionPlan, paint: Paint) -> str:
    """Return what a promotion would do."""
    before, after = content_text(plan.before), content_text(plan.content)
    head = f"promote {paint(plan.version, Role.STRONG)} to {plan.stage}"
    return f"{head}: {before} → {after}\n{gates_text(plan.eligibility, paint)}"


def rollback_plan_text(plan: RollbackPlan, paint: Paint) -> str:
    """Return what a rollback would do."""
    parts = ", ".join(plan.only) or "everything"
    before, after = content_text(plan.before), content_text(plan.content)
    lines = [
        f"roll back {paint(parts, Role.STRONG)} at {plan.stage}: {before} → {after}",
        f"  reason  {plan.reason}",
    ]
    if plan.held:
        lines.append(f"  held    {', '.join(plan.held)} may not come back to the stage")
    return "\n".join(lines)


def entries_text(entries: Sequence[Entry], paint: Paint) -> str:
    """Return the log's entries, newest first."""
    rows = [
        (
            str(entry.position.index),
            when(entry.recorded_at),
            str(entry.kind),
            entry.actor,
            subject_line(entry.body),
        )
        for entry in reversed(entries)
    ]
    return table(("ENTRY", "RECORDED", "KIND", "BY", "WHAT"), rows, paint=paint)


def entry_document(entry: Entry) -> JSONObject:
    """Return one entry for programs."""
    return {
        "index": entry.position.index,
        "kind": entry.kind,
        "recorded_at": when(entry.recorded_at),
        "actor": entry.actor,
        "operation": entry.operation_id,
        "summary": subject_line(entry.body),
        "path": entry_path(entry.position.index),
        "tag": tag_name(entry),
    }


def content_document(content: Content) -> JSONObject:
    """Return what a stage carries, for programs."""
    return {
        "version": content.version,
        "parts": {str(part): content.versions[part] for part in Part},
        "digests": dict(content.digests),
    }


def _status_row(name: str, stage: StageState) -> tuple[str, ...]:
    current = stage.current
    if current is None:
        return (name, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING)
    how = " (rolled back)" if current.how is Kind.ROLLBACK else ""
    return (
        name,
        content_text(current.content) + how,
        when(current.since),
        current.actor,
        str(current.index),
        ", ".join(stage.holds) or NOTHING,
    )


def _stage_document(name: str, stage: StageState) -> JSONObject:
    current = stage.current
    holds: list[JSONValue] = [
        {"version": hold.version, "entry": hold.index, "reason": hold.reason}
        for hold in stage.holds.values()
    ]
    if current is None:
        return {"stage": name, "content": None, "holds": holds}
    return {
        "stage": name,
        "content": content_document(current.content),
        "since": when(current.since),
        "actor": current.actor,
        "how": current.how,
        "entry": current.index,
        "holds": holds,
    }


def _stages_with(
    state: LogState, stages: Stages, recorded: RecordedRelease
) -> Sequence[str]:
    return [
        name
        for name in stages.stages
        if (current := state.stage(name).current) is not None
        and recorded.release.version in current.content.versions.values()
    ]


def _components(release: Release) -> JSONObject:
    return {str(part): release.components[part] for part in COMPONENTS}
