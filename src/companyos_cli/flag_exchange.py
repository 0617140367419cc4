"""Flags to and from the formats of other tools."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from companyos.config.edits.scalars import laid_out
from companyos.config.imported import Imported, Upkeep, imported
from companyos.config.kinds import Kind, modeline
from companyos.digests import JSONObject, JSONValue, strict_json
from companyos.errors import UsageError
from companyos.flags import evaluate
from companyos.flags.exports import plain, to_flagd, to_manifest
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer, Paint
from companyos_cli.editing.flags import refuse_no_moment
from companyos_cli.exits import ExitStatus

NEWLINE = "\n"


class ExportFormat(StrEnum):
    """What flags can be exported as."""

    FLAGD = "flagd"
    MANIFEST = "openfeature-manifest"
    ENV = "env"


class ImportFormat(StrEnum):
    """What flags can be imported from."""

    FLAGD = "flagd"
    FLAGD_2 = "flagd/2"
    UNLEASH = "unleash"
    GROWTHBOOK = "growthbook"
    LAUNCHDARKLY = "launchdarkly"


def export_text(
    snapshot: Snapshot,
    form: ExportFormat,
    flag_ids: Sequence[str],
    *,
    tenant_id: str | None,
    now: datetime,
) -> str:
    """Return the flags, all where none is named, in another tool's format.

    Raises:
        UsageError: there is no such flag, or one cannot be said there.
    """
    chosen = tuple(flag_ids) or tuple(snapshot.flags.flags)
    for flag_id in chosen:
        if flag_id not in snapshot.flags.flags:
            raise UsageError(f"no flag `{flag_id}`")
    if form is ExportFormat.ENV:
        return _env(snapshot, chosen, tenant_id, now)
    if form is ExportFormat.MANIFEST:
        return _json(to_manifest(snapshot, chosen))
    found = to_flagd(snapshot, chosen)
    if isinstance(found, tuple):
        reasons = "; ".join(f"`{each.flag_id}`: {each.reason}" for each in found)
        raise UsageError(
            f"flagd cannot answer alike for {reasons}",
            hint=_instead(flag_ids, {each.flag_id for each in found}),
        )
    return _json(found)


def _instead(named: Sequence[str], refused: Collection[str]) -> str:
    """Return what helps where flagd cannot answer alike for some flags."""
    if not named:
        return "name the flags to export after the options"
    if set(named) > set(refused):
        return "leave out what is refused, or change what the reason names"
    return (
        "change what the reason names, or take one tenant's answers as they are now "
        "with `--format env --tenant ID`"
    )


def import_answer(
    form: ImportFormat, file: Path, upkeep: Upkeep, *, out: Path, dry_run: bool
) -> Answer:
    """Write what can be said as files of ours; no where anything was refused.

    Raises:
        UsageError: the file cannot be read, one of ours is there already, or the flags
            would end with what is no day.
    """
    if upkeep.expires_at is not None:
        refuse_no_moment(upkeep.expires_at)
    try:
        content = strict_json(file.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read `{file}`: {error.strerror}") from error
    found = imported(form.value, content, upkeep)
    files = {
        out / f"{each.document['flag_id']}.yaml": _yaml(each.document)
        for each in found
        if each.document is not None
    }
    there = sorted(str(path) for path in files if path.exists())
    if there:
        raise UsageError(f"`{there[0]}` is there already")
    if not dry_run:
        out.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    refused = [each for each in found if each.document is None]
    return Answer(
        text=lambda _paint: _report(files, refused, _paint, dry_run=dry_run),
        document={
            "schema": "companyos.flag-import/v1",
            "written": [] if dry_run else [str(path) for path in files],
            "documents": [each.document for each in found if each.document],
            "refused": [{"flag": each.key, "reason": each.reason} for each in refused],
        },
        status=ExitStatus.NO if refused else ExitStatus.YES,
        next_step="companyos validate",
    )


def _report(
    files: dict[Path, str], refused: list[Imported], _paint: Paint, *, dry_run: bool
) -> str:
    lines = (
        [f"# {path}\n{text}" for path, text in files.items()]
        if dry_run
        else [str(path) for path in files]
    )
    return "\n".join(
        [*lines, *(f"refused `{each.key}`: {each.reason}" for each in refused)]
    )


def _env(
    snapshot: Snapshot, chosen: Sequence[str], tenant_id: str | None, now: datetime
) -> str:
    if tenant_id is None or tenant_id not in snapshot.tenants:
        raise UsageError("the format env needs `--tenant`, one that there is")
    lines = []
    for flag_id in sorted(chosen):
        found = evaluate(flag_id, snapshot, tenant_id=tenant_id, now=now)
        value = plain(found.value)
        text = value if isinstance(value, str) else json.dumps(value)
        name = flag_id.upper().replace("-", "_")
        lines.append(f"FLAG_{name}={shlex.quote(text)}")
    return "\n".join(lines)


def _json(document: JSONObject) -> str:
    value: JSONValue = document
    return json.dumps(value, indent=2, ensure_ascii=False)


def _yaml(document: JSONObject) -> str:
    lines = [modeline(Kind.FLAG)]
    lines += [f"{key}:{laid_out(each, 0, NEWLINE)}" for key, each in document.items()]
    return NEWLINE.join([*lines, ""])
