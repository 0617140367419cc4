"""`companyos log`: read the release log, and prove that it holds."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output
from companyos_cli.session import session_of

log = typer.Typer(help="Read and verify the release log.", no_args_is_help=True)
app.add_typer(log, name="log", rich_help_panel="Release")


@log.command()
def show(
    ctx: typer.Context,
    *,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="How many of the newest.")
    ] = 50,
    offline: options.Offline = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Show the newest entries: who did what, when."""
    from companyos_cli import wiring
    from companyos_cli.ledger import Ledger
    from companyos_cli.render import releases

    session = session_of(ctx, output)
    verified = Ledger(wiring.Workspace.of(session)).read_started(offline=offline)
    entries = verified.entries[-limit:]
    session.finish(
        Answer(
            text=lambda paint: releases.entries_text(entries, paint),
            document={
                "schema": "companyos.log/v1",
                "origin": verified.state.origin,
                "size": verified.state.size,
                "root": verified.state.root,
                "entries": [releases.entry_document(each) for each in entries],
            },
        )
    )


@log.command()
def verify(
    ctx: typer.Context,
    *,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Prove that this clone's log holds: signatures, order, tags and history.

    Asks nobody but this clone. What a clone alone cannot show is said in
    docs/explanation/threat-model.md.
    """
    from companyos_cli import wiring
    from companyos_cli.auditing import audit
    from companyos_cli.ledger import Ledger

    session = session_of(ctx, output)
    session.finish(audit(Ledger(wiring.Workspace.of(session))))
