"""`companyos flags`: ask flags what they answer; `flag_edits` changes them."""

from __future__ import annotations

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
    flag: options.FlagId,
    *,
    tenant: options.Tenant,
    subject: options.ForSubject = None,
    context: options.Context = "{}",
    ref: options.Ref = None,
    stage: options.OfStage = None,
    at: options.At = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Evaluate a flag for a tenant, and a subject if one is named, and say why."""
    from companyos_cli import wiring
    from companyos_cli.answering import evaluation_answer
    from companyos_cli.snapshots import Which, object_from, snapshot_of, subject_named

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    snapshot = snapshot_of(workspace, Which(ref, stage))
    session.finish(
        evaluation_answer(
            flag,
            snapshot,
            tenant_id=tenant,
            subject=subject_named(workspace, snapshot, tenant, subject),
            context=object_from(context, option="--context"),
            now=wiring.moment(at),
        )
    )
