"""`companyos identity`: ask the directory who somebody is."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

identity = typer.Typer(help="Look subjects up.", no_args_is_help=True)
app.add_typer(identity, name="identity", rich_help_panel="Check")


@identity.command()
def get(
    ctx: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="TENANT")],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT")],
    *,
    ref: options.Ref = None,
    stage: options.OfStage = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Look a subject up in the configured directory.

    0 is found, 1 is not there, 3 is that the directory did not answer.
    """
    from companyos_cli import wiring
    from companyos_cli.answering import lookup_answer
    from companyos_cli.snapshots import Which, directory_of, snapshot_of

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    snapshot = snapshot_of(workspace, Which(ref, stage))
    found = directory_of(workspace, snapshot).get_subject(tenant, subject)
    session.finish(lookup_answer(found, snapshot))
