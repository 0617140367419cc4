"""`companyos promote`: bring a release to a stage, if its gates are open."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of


@app.command(rich_help_panel="Release")
def promote(
    ctx: typer.Context,
    version: Annotated[str, typer.Argument(metavar="VERSION")],
    *,
    to: Annotated[str, typer.Option("--to", metavar="STAGE", help="Where to.")],
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    confirm: options.Confirm = None,
    operation: options.Operation = None,
    key: options.KeyFile = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Bring a release to a stage, if every gate is open.

    Running it again, after whatever happened, is safe: it finds what is already done.
    """
    from companyos_cli import wiring
    from companyos_cli.consent import Consent
    from companyos_cli.ledger import Ledger
    from companyos_cli.moving import Orders, move
    from companyos_cli.planning import is_last, is_promotion, promotion_planner

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    orders = Orders(
        is_it=lambda body: is_promotion(body, version, stage=to),
        consent=Consent(yes, confirm),
        dry_run=dry_run,
        severe=is_last(workspace.local_stages, to),
        key_file=key,
        operation=operation,
    )
    planner = promotion_planner(workspace, version, stage=to)
    session.finish(move(session, Ledger(workspace), planner, orders))
