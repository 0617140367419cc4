"""`companyos doctor`: is everything there that the other commands need."""

from __future__ import annotations

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of


@app.command(rich_help_panel="Set up")
def doctor(ctx: typer.Context, *, output: options.OutputOption = Output.TEXT) -> None:
    """Look at Python, Git, the repository, the key, the remote and the log."""
    from companyos_cli.examination import examine, report

    session = session_of(ctx, output)
    session.finish(report(examine(session)))
