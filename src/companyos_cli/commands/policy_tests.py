"""`companyos policy test`: do the policies decide as their tables say."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.commands.policy import policy
from companyos_cli.console import Output
from companyos_cli.session import session_of


class ReportOutput(StrEnum):
    """The form of a report of tests."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"


@policy.command("test")
def ask_tables(
    ctx: typer.Context,
    bundles: Annotated[
        list[str] | None,
        typer.Argument(metavar="[BUNDLE]…", help="Which.  [default: all with tests]"),
    ] = None,
    *,
    mutation: Annotated[
        bool,
        typer.Option(
            "--mutation",
            help="Make mistakes on purpose; one that no case notices answers no.",
        ),
    ] = False,
    today: options.Today = None,
    output: Annotated[
        ReportOutput, typer.Option("-o", "--output", help="Form of the answer.")
    ] = ReportOutput.TEXT,
) -> None:
    """Ask the decision tables in config/policies/BUNDLE.tests.yaml."""
    from companyos_cli import wiring
    from companyos_cli.policy_testing import tested
    from companyos_cli.render.policy_tests import (
        policy_tests_answer,
        policy_tests_junit,
    )

    json = output is ReportOutput.JSON
    session = session_of(ctx, Output.JSON if json else Output.TEXT)
    workspace = wiring.Workspace.of(session)
    found = tested(workspace, bundles or (), mutate=mutation, today=wiring.day(today))
    answer = policy_tests_answer(found)
    if output is not ReportOutput.JUNIT:
        session.finish(answer)
    session.console.write_plain(policy_tests_junit(found))
    raise typer.Exit(answer.status)
