"""`companyos flags list|set|kill|revive|expire|remove`: what there is, and change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos.errors import UsageError
from companyos_cli import options
from companyos_cli.commands.flags import flags
from companyos_cli.console import Output
from companyos_cli.session import session_of

FlagArgument = Annotated[str, typer.Argument(metavar="FLAG")]
FlagArguments = Annotated[list[str], typer.Argument(metavar="FLAG…")]


@flags.command("list")
def list_all(ctx: typer.Context, *, output: options.OutputOption = Output.TEXT) -> None:
    """List all flags."""
    from companyos_cli import wiring
    from companyos_cli.editing.listing import flags_answer
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(None))
    session.finish(flags_answer(state))


@flags.command("set")
def set_answer(
    ctx: typer.Context,
    flag: FlagArgument,
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="true, false, or a variant's name.")
    ],
    *,
    tenant: Annotated[
        str | None, typer.Option("--tenant", metavar="ID", help="For this one.")
    ] = None,
    default: Annotated[
        bool, typer.Option("--default", help="Where nothing else decides.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="The override's last day."),
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why the tenant differs.")
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Set what a flag answers, for one tenant or by default.

    A tenant that does not take part in the flag yet will.
    """
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.flags import Serving, plan_default, plan_override
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    if default == (tenant is not None):
        raise UsageError("name one of `--tenant ID` and `--default`")
    if default and (until or reason):
        raise UsageError("`--until` and `--reason` are for a tenant's override")
    state = state_of(wiring.Workspace.of(session), wiring.day(today))
    if tenant is None:
        plan = plan_default(state, flag, value)
    else:
        plan = plan_override(state, flag, Serving(tenant, value, until, reason))
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))


@flags.command()
def kill(
    ctx: typer.Context,
    names: FlagArguments,
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Turn flags off for everybody, overrides included.

    What a killed flag answers is its `off`: `false`, unless its file says otherwise.
    Flags that need it are off with it.
    """
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.flags import plan_killing
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(today))
    plan = plan_killing(state, list(dict.fromkeys(names)))
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))


@flags.command()
def revive(
    ctx: typer.Context,
    names: FlagArguments,
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Let killed flags answer again by what their files say."""
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.flags import plan_revival
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(today))
    plan = plan_revival(state, list(dict.fromkeys(names)))
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))


@flags.command()
def expire(
    ctx: typer.Context,
    flag: FlagArgument,
    day: Annotated[str, typer.Argument(metavar="DATE", help="Its last day, UTC.")],
    *,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Set the day after which a flag should be gone."""
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.flags import plan_expiry
    from companyos_cli.editing.reading import state_of

    session = session_of(ctx, output)
    state = state_of(wiring.Workspace.of(session), wiring.day(today))
    plan = plan_expiry(state, flag, day)
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))


@flags.command()
def remove(
    ctx: typer.Context,
    flag: FlagArgument,
    *,
    from_services: Annotated[
        bool, typer.Option("--from-services", help="Also out of config/catalog.yaml.")
    ] = False,
    from_tenants: Annotated[
        bool, typer.Option("--from-tenants", help="Also out of every tenant.")
    ] = False,
    code: Annotated[
        list[Path] | None,
        typer.Option("--code", metavar="PATH", help="Python code.  [default: src]"),
    ] = None,
    wrapper: Annotated[
        list[str] | None,
        typer.Option("--wrapper", metavar="NAME", help="Also reads a flag."),
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    today: options.Today = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Delete a flag that no code, flag, service or tenant reads any more."""
    from companyos_cli import wiring
    from companyos_cli.editing.change import Orders, carry_out
    from companyos_cli.editing.flag_removal import Removal, plan_removal
    from companyos_cli.editing.reading import state_of
    from companyos_cli.flag_reads import reads_of

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    state = state_of(workspace, wiring.day(today))
    folders = code or [each for each in [workspace.root / "src"] if each.is_dir()]
    if folders:
        reads, unknown = reads_of(flag, folders, wrappers=frozenset(wrapper or ()))
    else:
        reads, unknown = (), ()
        session.console.note("no code was looked at: `--code PATH` says where it is")
    for read in unknown:
        session.console.note(f"cannot tell: `{read.text}`  {read.path}:{read.line}")
    plan = plan_removal(state, Removal(flag, reads, from_services, from_tenants))
    session.finish(carry_out(session, state, plan, Orders(yes, dry_run)))
