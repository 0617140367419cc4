"""`companyos fix`: mend by rule what is wrong in the desired state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.session import session_of


@app.command(rich_help_panel="Change")
def fix(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]…", help="Mend only what is found in these."),
    ] = None,
    *,
    diff: options.Diff = False,
    unsafe: options.Unsafe = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    strict: options.Strict = False,
    today: options.Today = None,
    output: options.FindingsForm = FindingsOutput.TEXT,
) -> None:
    """Mend the desired state's files where that can be done by rule.

    Only the spans in question change. A fix that would change another value, bring
    another finding or not help is dropped, and that is said. The answer is what
    `validate` answers then; with `--diff` it is no where there is a difference.
    """
    from companyos.findings import Severity
    from companyos_cli import wiring
    from companyos_cli.looking import Effort
    from companyos_cli.mending import MendingOrders, mend_and_check
    from companyos_cli.reporting import Telling, choice_of, form_of, output_of
    from companyos_cli.validating import Asked

    form = form_of(output)
    session = session_of(ctx, output_of(form))
    choice = choice_of(select or (), ignore or (), least=Severity.WARNING)
    telling = Telling(form=form, choice=choice, strict=strict)
    asked = Asked(paths or (), Effort(), telling, wiring.day(today))
    orders = MendingOrders(unsafe=unsafe, diff=diff)
    workspace = wiring.Workspace.of(session)
    session.finish(mend_and_check(workspace, asked, orders))
