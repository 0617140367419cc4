"""`companyos diff`: what a change does to people, before it is made."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.render.diff_forms import Form
from companyos_cli.session import session_of


@app.command(rich_help_panel="Check")
def diff(
    ctx: typer.Context,
    base: Annotated[
        str | None,
        typer.Argument(metavar="[BASE]", help="The commit to compare with."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Argument(
            metavar="[HEAD]", help="The commit that is new.  [default: work tree]"
        ),
    ] = None,
    *,
    stage: Annotated[
        str | None,
        typer.Option(
            "--stage", metavar="STAGE", help="Compare with what a stage carries."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help="Ask flags at a time.  [default: now]"
        ),
    ] = None,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help="Answer 1 where there is an effect."),
    ] = False,
    output: Annotated[
        Form, typer.Option("-o", "--output", help="Form of the answer.")
    ] = Form.TEXT,
) -> None:
    """Show who gains or loses access, which flags move whom, which tenants change."""
    from companyos_cli import wiring
    from companyos_cli.differing import Compared, answer_for, shown

    form = Output.JSON if output is Form.JSON else Output.TEXT
    session = session_of(ctx, form)
    compared = Compared.of(base, head, stage)
    answer = answer_for(
        wiring.Workspace.of(session),
        compared,
        now=wiring.moment(at),
        exit_code=exit_code,
    )
    shown(answer, session, output)
