"""`companyos drift`: does what runs agree with what was promoted."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

drift = typer.Typer(help="Compare what runs with what should.", no_args_is_help=True)
app.add_typer(drift, name="drift", rich_help_panel="Serve")


@drift.command()
def report(
    ctx: typer.Context,
    *,
    stage: options.StageOption,
    service: Annotated[
        list[str] | None,
        typer.Option(
            "--service",
            metavar="NAME=URL",
            help="Where a service's state is; may be repeated.  "
            "[default: as config/stages.yaml says]",
        ),
    ] = None,
    offline: options.Offline = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Ask every service of a stage what it loaded: 0 in sync, 1 drift, 3 unknown."""
    from companyos_cli import wiring
    from companyos_cli.drifting import addresses, look
    from companyos_cli.ledger import Ledger
    from companyos_cli.render.drift import drift_answer

    session = session_of(ctx, output)
    ledger = Ledger(wiring.Workspace.of(session))
    found = look(ledger, stage, addresses(service or []), offline=offline)
    session.finish(drift_answer(found))
