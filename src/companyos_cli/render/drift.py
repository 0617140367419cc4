"""A drift report as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from companyos.digests import JSONObject
from companyos.drift import DriftReport, Row, ServiceDrift, Standing, Verdict
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.exits import ExitStatus

SHOWN = 20
"""Differences of one service that a terminal shows; JSON has them all."""

_STATUS = {
    Verdict.IN_SYNC: ExitStatus.YES,
    Verdict.DRIFT: ExitStatus.NO,
    Verdict.UNKNOWN: ExitStatus.UNKNOWN,
}
_ROLES = {
    Standing.IN_SYNC: Role.SUCCESS,
    Standing.PENDING: Role.WARNING,
    Standing.DRIFT: Role.ERROR,
    Standing.STALE: Role.WARNING,
    Standing.UNKNOWN: Role.WARNING,
}
_VERDICTS = {
    Verdict.IN_SYNC: (Role.SUCCESS, "in sync"),
    Verdict.DRIFT: (Role.ERROR, "drift"),
    Verdict.UNKNOWN: (Role.WARNING, "not known"),
}


def drift_answer(report: DriftReport) -> Answer:
    """Return the report with its exit status."""
    step = ""
    if report.verdict is Verdict.DRIFT:
        step = f"companyos sync --stage {report.stage} --out DIR, where services load"
    return Answer(
        text=lambda paint: "\n".join(_lines(report, paint)),
        document=_document(report),
        status=_STATUS[report.verdict],
        next_step=step,
    )


def _lines(report: DriftReport, paint: Paint) -> Iterator[str]:
    role, words = _VERDICTS[report.verdict]
    yield f"{report.stage}: {paint(words, role)}"
    width = max((len(each.service) for each in report.services), default=0)
    for each in report.services:
        counts = ", ".join(
            f"{count} {paint(_words(standing), _ROLES[standing])}"
            for standing, count in each.counts.items()
            if count
        )
        yield f"  {each.service.ljust(width)}  {counts}"
        yield from _differences(each, paint)


def _differences(service: ServiceDrift, paint: Paint) -> Iterator[str]:
    rows = [row for row in service.rows if row.standing is not Standing.IN_SYNC]
    if len({(row.standing, row.reason) for row in rows}) == 1 and not _by_tenant(rows):
        # One cause for everything, such as a service that does not answer.
        yield f"    {rows[0].reason}"
        return
    for row in rows[:SHOWN]:
        yield f"    {paint(_words(row.standing), _ROLES[row.standing])}  {_what(row)}"
    if rows[SHOWN:]:
        yield f"    … and {len(rows) - SHOWN} more; `-o json` has them all"


def _by_tenant(rows: Sequence[Row]) -> bool:
    return any(row.tenant_id is not None or row.loaded is not None for row in rows)


def _what(row: Row) -> str:
    whose = f"{row.tenant_id} {row.part}" if row.tenant_id else str(row.part)
    digests = ""
    if row.desired or row.loaded:
        digests = f": loaded {_short(row.loaded)}, desired {_short(row.desired)}"
    return f"{whose}{digests}{f' ({row.reason})' if row.reason else ''}"


def _short(digest: str | None) -> str:
    return "nothing" if digest is None else digest.removeprefix("sha256:")[:12]


def _words(standing: Standing) -> str:
    return str(standing).replace("_", " ")


def _document(report: DriftReport) -> JSONObject:
    return {
        "schema": "companyos.drift/v1",
        "stage": report.stage,
        "verdict": report.verdict,
        "root": report.root,
        "counts": {str(name): count for name, count in report.counts.items()},
        "services": [_service(each) for each in report.services],
    }


def _service(service: ServiceDrift) -> JSONObject:
    return {
        "service": service.service,
        "instance": service.instance,
        "root": service.root,
        "counts": {str(name): count for name, count in service.counts.items()},
        "differences": [
            {
                "part": row.part,
                "standing": row.standing,
                "tenant": row.tenant_id,
                "desired": row.desired,
                "loaded": row.loaded,
                "reason": row.reason,
            }
            for row in service.rows
            if row.standing is not Standing.IN_SYNC
        ],
    }
