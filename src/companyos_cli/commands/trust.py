"""`companyos trust`: who may sign, as the release log says it."""

from __future__ import annotations

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

trust = typer.Typer(help="Say who may sign.", no_args_is_help=True)
app.add_typer(trust, name="trust", rich_help_panel="Set up")


@trust.command()
def init(
    ctx: typer.Context,
    *,
    key: options.KeyFile = None,
    operation: options.Operation = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Start the release log: its first entry pins config/signers.yaml as committed.

    From then on the table in force is the log's, whatever the file says.
    """
    from companyos_cli import wiring
    from companyos_cli.ledger import Ledger
    from companyos_cli.starting import start_log

    session = session_of(ctx, output)
    ledger = Ledger(wiring.Workspace.of(session))
    session.finish(start_log(ledger, key_file=key, operation=operation))
