"""`companyos validate`: is the desired state right, and if not, where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos.errors import UsageError
from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.session import session_of


@app.command(rich_help_panel="Check")
def validate(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]…", help="Report only what is in these."),
    ] = None,
    *,
    strict: options.Strict = False,
    today: options.Today = None,
    exit_zero: options.ExitZero = False,
    against: options.Against = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    baseline: options.BaselineFile = None,
    write_baseline: options.WriteBaseline = False,
    watch: options.Watch = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend first what can be; see companyos fix.")
    ] = False,
    diff: options.Diff = False,
    unsafe: options.Unsafe = False,
    jobs: options.Jobs = "auto",
    no_cache: options.NoCache = False,
    output: options.FindingsForm = FindingsOutput.TEXT,
) -> None:
    """Check tenants, policies and flags against their schemas and each other."""
    from companyos.findings import Severity
    from companyos_cli import wiring
    from companyos_cli.looking import Effort
    from companyos_cli.reading import jobs_from
    from companyos_cli.reporting import Telling, choice_of, form_of, output_of
    from companyos_cli.validating import Asked, run

    form = form_of(output)
    session = session_of(ctx, output_of(form))
    telling = Telling(
        form=form,
        choice=choice_of(select or (), ignore or (), least=Severity.WARNING),
        strict=strict,
        exit_zero=exit_zero,
        baseline=baseline,
        write_baseline=write_baseline,
    )
    effort = Effort(jobs_from(jobs), keep=not no_cache, against=against)
    asked = Asked(paths or (), effort, telling, wiring.day(today))
    workspace = wiring.Workspace.of(session)
    if fix or diff or unsafe:
        from companyos_cli.mending import MendingOrders, mend_and_check

        if watch or against is not None:
            raise UsageError("`--fix` goes with neither `--watch` nor `--against`")
        orders = MendingOrders(unsafe=unsafe, diff=diff)
        session.finish(mend_and_check(workspace, asked, orders))
    run(workspace, asked, watch=watch)
