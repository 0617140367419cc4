"""`companyos explain`: what a check is about, and what to write instead."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output
from companyos_cli.session import session_of


@app.command(rich_help_panel="Check")
def explain(
    ctx: typer.Context,
    check: Annotated[
        str | None,
        typer.Argument(metavar="[CHECK]", help="Which; without one, all are listed."),
    ] = None,
    *,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Say what a check finds, why it matters, and what is right instead."""
    from companyos.config.check_names import ALL
    from companyos_cli.explaining import page_about

    session = session_of(ctx, output)
    page = page_about(check) if check is not None else ""
    named = [ALL[check]] if check is not None else list(ALL.values())
    width = max(len(each.name) for each in named)
    rows = (
        f"{each.name:<{width}}  {each.severity:<7}  {each.summary}" for each in named
    )
    text = page or "\n".join(rows)
    session.finish(
        Answer(
            text=lambda _paint: text,
            document={
                "schema": "companyos.checks/v1",
                "checks": [
                    {
                        "name": each.name,
                        "severity": each.severity.value,
                        "summary": each.summary,
                    }
                    for each in named
                ],
                "page": page,
            },
        )
    )
