"""`companyos flags export|import`: to and from the formats of other tools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from companyos.errors import UsageError
from companyos_cli import options
from companyos_cli.commands.flags import flags
from companyos_cli.console import Output
from companyos_cli.session import session_of


@flags.command("export")
def export(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[FLAG…]", help="[default: all]")
    ] = None,
    *,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="flagd, openfeature-manifest or env."
        ),
    ],
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="ID", help="For env: for which.")
    ] = None,
    ref: options.Ref = None,
    stage: options.OfStage = None,
) -> None:
    """Write flags for another tool, which answers alike or is not written for."""
    from companyos_cli import wiring
    from companyos_cli.flag_exchange import ExportFormat, export_text
    from companyos_cli.snapshots import Which, snapshot_of

    session = session_of(ctx)
    _refuse_other("format", form, list(ExportFormat))
    snapshot = snapshot_of(wiring.Workspace.of(session), Which(ref, stage))
    session.console.write_plain(
        export_text(
            snapshot,
            ExportFormat(form),
            names or [],
            tenant_id=tenant,
            now=wiring.now(),
        )
    )


@flags.command("import")
def import_flags(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="flagd, flagd/2, unleash, growthbook or launchdarkly.",
        ),
    ],
    owner: Annotated[
        str, typer.Option("--owner", metavar="TEAM", help="Who answers for them.")
    ],
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="What for.  [default: release]"),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="DATE", help="Their last day, UTC."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where.  [default: config/flags]"),
    ] = None,
    dry_run: options.DryRun = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Write another product's flags as ours, each subject keeping its variant."""
    from companyos.config.imported import Upkeep
    from companyos.flags.vocabulary import FlagKind
    from companyos_cli import wiring
    from companyos_cli.flag_exchange import ImportFormat, import_answer

    session = session_of(ctx, output)
    _refuse_other("format", form, list(ImportFormat))
    if kind is not None:
        _refuse_other("kind", kind, list(FlagKind))
    upkeep = Upkeep(owner, None if kind is None else FlagKind(kind), expires)
    folder = out or wiring.Workspace.of(session).root / "config" / "flags"
    session.finish(
        import_answer(ImportFormat(form), file, upkeep, out=folder, dry_run=dry_run)
    )


def _refuse_other(noun: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise UsageError(f"no {noun} `{word}`", hint=f"one of {', '.join(known)}")
