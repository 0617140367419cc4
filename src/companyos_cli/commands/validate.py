"""`companyos validate`: is the desired state right, and if not, where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import session_of


@app.command(rich_help_panel="Check")
def validate(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]…", help="Report only what is in these."),
    ] = None,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings answer no as well.")
    ] = False,
    today: options.Today = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Answer 0 whatever is found.")
    ] = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Check tenants, policies and flags against their schemas and each other."""
    from companyos_cli import wiring
    from companyos_cli.validating import Scope, check

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    scope = Scope(tuple(paths or ()), strict=strict, exit_zero=exit_zero)
    session.finish(check(workspace, scope, today=wiring.day(today)))
