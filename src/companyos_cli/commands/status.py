"""`companyos status`: what is where, since when, and what may not come back."""

from __future__ import annotations

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output
from companyos_cli.session import session_of


@app.command(rich_help_panel="Release")
def status(
    ctx: typer.Context,
    *,
    offline: options.Offline = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Show what every stage carries, since when and by whom."""
    from companyos_cli import wiring
    from companyos_cli.ledger import Ledger
    from companyos_cli.render import releases

    session = session_of(ctx, output)
    ledger = Ledger(wiring.Workspace.of(session))
    verified = ledger.read_started(offline=offline)
    state, stages = verified.state, ledger.stages_at(verified.head)
    session.finish(
        Answer(
            text=lambda paint: releases.status_text(state, stages, paint),
            document=releases.status_document(state, stages),
        )
    )
