"""`companyos flags`: ask flags what they answer; `flag_edits` changes them."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

flags = typer.Typer(help="Ask what flags answer, and change it.", no_args_is_help=True)
app.add_typer(flags, name="flags", rich_help_panel="Check")


@flags.command("eval")
def evaluate(
    ctx: typer.Context,
    flag: Annotated[str, typer.Argument(metavar="FLAG")],
    *,
    tenant: options.Tenant,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="ID", help="For whom.")
    ] = None,
    context: Annotated[
        str, typer.Option("--context", metavar="JSON", help="What else is known.")
    ] = "{}",
    ref: options.Ref = None,
    stage: options.OfStage = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When.  [default: now]")
    ] = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Evaluate a flag for a tenant, and a subject if one is named, and say why."""
    from companyos_cli import wiring
    from companyos_cli.answering import evaluation_answer
    from companyos_cli.snapshots import (
        Which,
        directory_of,
        object_from,
        snapshot_of,
        subject_of,
    )

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    snapshot = snapshot_of(workspace, Which(ref, stage))
    who = None
    if subject is not None:
        found = directory_of(workspace, snapshot).get_subject(tenant, subject)
        who = subject_of(found)
    session.finish(
        evaluation_answer(
            flag,
            snapshot,
            tenant_id=tenant,
            subject=who,
            context=object_from(context, option="--context"),
            now=wiring.moment(at),
        )
    )
