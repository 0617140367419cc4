"""`companyos authz`: ask the policies what they decide."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

authz = typer.Typer(help="Ask what policies decide.", no_args_is_help=True)
app.add_typer(authz, name="authz", rich_help_panel="Check")


@authz.command()
def decide(
    ctx: typer.Context,
    *,
    tenant: options.Tenant,
    subject: Annotated[
        str, typer.Option("--subject", metavar="ID", help="Who; looked up.")
    ],
    action: Annotated[
        str, typer.Option("--action", help="What, such as dataset:export.")
    ],
    resource: Annotated[
        str,
        typer.Option(
            "--resource",
            metavar="JSON",
            help='On what: {"id": "invoices", "attributes": {"data_region": "eu"}}.',
        ),
    ],
    ref: options.Ref = None,
    stage: options.OfStage = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Decide one request and say why: 0 is allow, 1 is deny."""
    from companyos_cli import wiring
    from companyos_cli.answering import Asked, decision_answer
    from companyos_cli.snapshots import Which, object_from, snapshot_of

    session = session_of(ctx, output)
    snapshot = snapshot_of(wiring.Workspace.of(session), Which(ref, stage))
    described = object_from(resource, option="--resource")
    asked = Asked(tenant, subject, action=action, resource=described)
    session.finish(decision_answer(asked, snapshot))
