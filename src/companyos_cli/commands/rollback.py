"""`companyos rollback`: take a stage, or parts of it, back to what it was."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos.releases.entries import Part
from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of


@app.command(rich_help_panel="Release")
def rollback(
    ctx: typer.Context,
    stage: Annotated[str, typer.Argument(metavar="STAGE")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is recorded.")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="VERSION",
            help="A release that was here.  [default: the one before]",
        ),
    ] = None,
    only: Annotated[
        list[Part] | None,
        typer.Option("--only", help="Take back this part alone; may be repeated."),
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    confirm: options.Confirm = None,
    operation: options.Operation = None,
    key: options.KeyFile = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Take a stage back to a release it carried, without asking its gates again.

    What is left is held: it cannot come back to the stage by promotion.
    """
    from companyos_cli import wiring
    from companyos_cli.consent import Consent
    from companyos_cli.ledger import Ledger
    from companyos_cli.moving import Orders, move
    from companyos_cli.planning import (
        RollbackWish,
        is_last,
        rollback_planner,
    )

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    wish = RollbackWish(stage, reason=reason, to=to, only=tuple(only or ()))
    orders = Orders(
        is_it=wish.is_it,
        consent=Consent(yes, confirm),
        dry_run=dry_run,
        severe=is_last(workspace.local_stages, stage),
        key_file=key,
        operation=operation,
    )
    planner = rollback_planner(workspace, wish)
    session.finish(move(session, Ledger(workspace), planner, orders))
