"""`companyos sync` and `companyos bundle`: what a stage carries, for services."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

OutDir = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="The bundle directory to keep.")
]


@app.command(rich_help_panel="Serve")
def sync(
    ctx: typer.Context,
    *,
    stage: options.StageOption,
    out: OutDir,
    once: Annotated[
        bool, typer.Option("--once", help="Stop after the first time.")
    ] = False,
    interval: Annotated[
        float, typer.Option("--interval", metavar="SECONDS", min=1)
    ] = 15.0,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Keep a folder on what the stage carries: verify, compile, swap, repeat.

    What cannot be verified changes nothing: services stay on what they have.
    """
    from companyos_cli import wiring
    from companyos_cli.syncing import keep, sync_once

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    if once:
        session.finish(sync_once(workspace, stage, out, offline=False))
    keep(workspace, stage, out, interval_seconds=interval)


@app.command(rich_help_panel="Serve")
def bundle(
    ctx: typer.Context,
    *,
    stage: options.StageOption,
    out: OutDir,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Write what the stage carries to a folder, from this clone alone."""
    from companyos_cli import wiring
    from companyos_cli.syncing import sync_once

    session = session_of(ctx, output)
    session.finish(sync_once(wiring.Workspace.of(session), stage, out, offline=True))
