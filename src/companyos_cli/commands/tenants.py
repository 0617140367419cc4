"""`companyos tenants`: who is there, and adding one."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos.tenants import DataClassification
from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of

tenants = typer.Typer(help="List, show and add tenants.", no_args_is_help=True)
app.add_typer(tenants, name="tenants", rich_help_panel="Change")


@tenants.command("list")
def list_all(ctx: typer.Context, *, output: options.OutputOption = Output.TEXT) -> None:
    """List all tenants."""
    from companyos_cli import wiring
    from companyos_cli.editing.listing import tenants_answer
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(None))
    session.finish(tenants_answer(state))


@tenants.command()
def show(
    ctx: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="TENANT")],
    *,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Show one tenant, with what flags give it by name."""
    from companyos_cli import wiring
    from companyos_cli.editing.listing import tenant_answer
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(None))
    session.finish(tenant_answer(state, tenant))


@tenants.command()
def add(
    ctx: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="ID")],
    *,
    like: Annotated[
        str | None,
        typer.Option(
            "--like", metavar="TENANT", help="Take what is not said from this one."
        ),
    ] = None,
    display_name: Annotated[
        str | None, typer.Option("--display-name", help="The name people see.")
    ] = None,
    env: Annotated[
        str | None, typer.Option("--env", metavar="STAGE", help="Its live stage.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option("--policy", metavar="BUNDLE", help="The policy bundle."),
    ] = None,
    region: Annotated[
        str | None, typer.Option("--region", help="Where its data lives.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="MAIL", help="Who answers for it.")
    ] = None,
    classification: Annotated[
        DataClassification | None,
        typer.Option("--classification", help="How carefully its data is handled."),
    ] = None,
    flag: Annotated[
        list[str] | None,
        typer.Option("--flag", metavar="FLAG", help="It takes part; may be repeated."),
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Add a tenant, if the desired state is right with it."""
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.reading import state_of
    from companyos_cli.editing.tenants import TenantWish, plan_tenant

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(today))
    wish = TenantWish(
        tenant,
        like=like,
        display_name=display_name,
        env=env,
        policy_bundle_ref=policy,
        data_region=region,
        owner_contact=owner,
        data_classification=classification,
        feature_flags=tuple(flag or ()),
    )
    plan = plan_tenant(state, wish)
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))
