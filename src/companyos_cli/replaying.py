"""A decision log asked again of another desired state: which answers would flip."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from companyos.authz.replaying import Replayed, Standing, replayed
from companyos.digests import JSONObject, JSONValue
from companyos.errors import UsageError
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus
from companyos_cli.render.tables import table

SHOWN_MAX = 100
"""Flips that text shows; JSON has all."""


def replay_answer(log: Path, snapshot: Snapshot) -> Answer:
    """Return what would change: 1 where an answer flips, 3 where that is not known.

    Raises:
        UsageError: the log cannot be read, or is none.
    """
    found = list(_replayed(_lines(log), snapshot))
    if not found:
        raise UsageError(f"`{log}` holds no decision")
    counts = Counter(each.standing for each in found)
    flips = [each for each in found if each.standing is Standing.FLIPPED]
    return Answer(
        text=lambda paint: _text(flips, counts, paint),
        document={
            "schema": "companyos.replay/v1",
            "policy_digest": snapshot.policies.digest,
            "decisions": len(found),
            **{str(standing): counts[standing] for standing in Standing},
            "flips": [_flip(each) for each in flips],
            "not_replayed": _reasons(found),
        },
        status=_status(counts),
    )


def _status(counts: Counter[Standing]) -> ExitStatus:
    if counts[Standing.FLIPPED]:
        return ExitStatus.NO
    return ExitStatus.UNKNOWN if counts[Standing.UNKNOWN] else ExitStatus.YES


def _lines(log: Path) -> Iterator[tuple[int, JSONObject]]:
    try:
        with log.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    yield number, _object(text, log, number)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"`{log}` cannot be read: {error}") from error


def _object(text: str, log: Path, number: int) -> JSONObject:
    try:
        value: JSONValue = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{log}:{number} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError(f"{log}:{number} is no JSON object")
    return value


def _replayed(
    lines: Iterable[tuple[int, JSONObject]], snapshot: Snapshot
) -> Iterator[Replayed]:
    for number, line in lines:
        found = replayed(line, number, snapshot)
        if found is not None:
            yield found


def _reasons(found: Iterable[Replayed]) -> JSONObject:
    notes = Counter(each.note for each in found if each.standing is Standing.UNKNOWN)
    return dict(sorted(notes.items()))


def _flip(each: Replayed) -> JSONObject:
    logged, decision = each.logged, each.decision
    return {
        "line": logged.line,
        "request_id": logged.request_id,
        "tenant": logged.tenant_id,
        "subject": logged.subject_id,
        "action": logged.action,
        "resource": logged.resource_id,
        "was": {
            "effect": logged.effect,
            "code": logged.code,
            "rule": logged.rule_id,
        },
        "would_be": None
        if decision is None
        else {
            "effect": decision.effect,
            "code": decision.code,
            "rule": decision.rule_id,
            "place": None if decision.place is None else str(decision.place),
        },
    }


def _text(flips: list[Replayed], counts: Counter[Standing], paint: Paint) -> str:
    rows = [_cells(each) for each in flips[:SHOWN_MAX]]
    header = ("line", "tenant", "subject", "action", "resource", "was", "would be")
    parts = [table(header, rows, paint=paint)] if rows else []
    if len(flips) > SHOWN_MAX:
        parts.append(f"and {len(flips) - SHOWN_MAX} more; `-o json` has all")
    told = [f"{sum(counts.values())} decisions", f"{counts[Standing.FLIPPED]} flip"]
    told.append(f"{counts[Standing.REASON_CHANGED]} have another reason")
    role = Role.ERROR if flips else Role.SUCCESS
    if counts[Standing.UNKNOWN]:
        told.append(f"{counts[Standing.UNKNOWN]} cannot be decided again")
        role = Role.ERROR if flips else Role.WARNING
    parts.append(paint(", ".join(told), role))
    return "\n\n".join(parts)


def _cells(each: Replayed) -> tuple[str, ...]:
    logged, decision = each.logged, each.decision
    would = "" if decision is None else _outcome(decision.effect, decision.rule_id)
    return (
        str(logged.line),
        logged.tenant_id,
        logged.subject_id,
        logged.action,
        logged.resource_id,
        _outcome(logged.effect, logged.rule_id),
        would or "-",
    )


def _outcome(effect: str, rule: str | None) -> str:
    return effect if rule is None else f"{effect} by {rule}"
