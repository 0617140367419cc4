"""`companyos policy`: adding policy bundles."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

policy = typer.Typer(help="Add and test policy bundles.", no_args_is_help=True)
app.add_typer(policy, name="policy", rich_help_panel="Change")


@policy.command()
def add(
    ctx: typer.Context,
    bundle: Annotated[str, typer.Argument(metavar="BUNDLE")],
    *,
    extends: Annotated[
        list[str] | None,
        typer.Option(
            "--extends", metavar="BASE", help="Its rules come first; may be repeated."
        ),
    ] = None,
    tenant: Annotated[
        list[str] | None,
        typer.Option(
            "--tenant", metavar="ID", help="Let it decide for this one; repeatable."
        ),
    ] = None,
    abstract: Annotated[
        bool, typer.Option("--abstract", help="Only to be extended, by no tenant used.")
    ] = False,
    description: Annotated[
        str, typer.Option("--description", help="What it is for.")
    ] = "What people of its tenants may do.",
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Add a policy bundle, for tenants or to be extended."""
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.policies import PolicyWish, plan_policy
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(today))
    wish = PolicyWish(
        bundle,
        description=description,
        extends=tuple(extends or ()),
        abstract=abstract,
        tenants=tuple(tenant or ()),
    )
    plan = plan_policy(state, wish)
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))
