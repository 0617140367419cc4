"""`companyos authz`: ask the policies what they decide."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Output
from companyos_cli.session import Session, session_of

if TYPE_CHECKING:
    from companyos_cli.access import Tabled

authz = typer.Typer(help="Ask what policies decide.", no_args_is_help=True)
app.add_typer(authz, name="authz", rich_help_panel="Check")


class TableOutput(StrEnum):
    """The form of an answer that is a table."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


TableOutputOption = Annotated[
    TableOutput, typer.Option("-o", "--output", help="Form of the answer.")
]
Action = Annotated[str, typer.Option("--action", help="What, such as dataset:export.")]


@authz.command()
def decide(
    ctx: typer.Context,
    *,
    tenant: options.Tenant,
    subject: Annotated[
        str, typer.Option("--subject", metavar="ID", help="Who; looked up.")
    ],
    action: Action,
    resource: Annotated[
        str,
        typer.Option(
            "--resource",
            metavar="JSON",
            help='On what: {"id": "invoices", "attributes": {"data_region": "eu"}}.',
        ),
    ],
    explain: Annotated[
        bool, typer.Option("--explain", help="Show every rule that was considered.")
    ] = False,
    ref: options.Ref = None,
    stage: options.OfStage = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Decide one request and say why: 0 is allow, 1 is deny."""
    from companyos_cli import wiring
    from companyos_cli.answering import Asked, decision_answer
    from companyos_cli.snapshots import (
        Which,
        directory_of,
        object_from,
        snapshot_of,
    )

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    snapshot = snapshot_of(workspace, Which(ref, stage))
    described = object_from(resource, option="--resource")
    asked = Asked(tenant, subject, action=action, resource=described)
    directory = directory_of(workspace, snapshot)
    session.finish(decision_answer(asked, snapshot, directory, explained=explain))


@authz.command("who-can")
def who_can(
    ctx: typer.Context,
    *,
    tenant: options.Tenant,
    action: Action,
    resource: Annotated[
        str,
        typer.Option(
            "--resource",
            metavar="JSON",
            help='What is known of it: {"attributes": {"data_region": "eu"}}.',
        ),
    ] = "{}",
    ref: options.Ref = None,
    stage: options.OfStage = None,
    output: TableOutputOption = TableOutput.TEXT,
) -> None:
    """Say who may do something: known subjects, and roles under which condition."""
    from companyos_cli import wiring
    from companyos_cli.access import who_can as asked
    from companyos_cli.snapshots import Which, object_from, snapshot_of

    session = session_of(ctx, plain_output(output))
    snapshot = snapshot_of(wiring.Workspace.of(session), Which(ref, stage))
    described = object_from(resource, option="--resource")
    _finish(session, asked(tenant, action, described, snapshot), output)


@authz.command()
def matrix(
    ctx: typer.Context,
    *,
    tenant: options.Tenant,
    ref: options.Ref = None,
    stage: options.OfStage = None,
    output: TableOutputOption = TableOutput.TEXT,
) -> None:
    """Say what each role may do in a tenant, and under which condition."""
    from companyos_cli import wiring
    from companyos_cli.access import matrix as asked
    from companyos_cli.snapshots import Which, snapshot_of

    session = session_of(ctx, plain_output(output))
    snapshot = snapshot_of(wiring.Workspace.of(session), Which(ref, stage))
    _finish(session, asked(tenant, snapshot), output)


@authz.command()
def replay(
    ctx: typer.Context,
    log: Annotated[
        Path, typer.Argument(metavar="LOG", help="Decision log lines, one JSON each.")
    ],
    *,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="REF",
            help="Decide again as of this commit.  [default: work tree]",
        ),
    ] = None,
    stage: options.OfStage = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Decide a log of real requests again: 0 same, 1 some flip, 3 not known of all."""
    from companyos_cli import wiring
    from companyos_cli.replaying import replay_answer
    from companyos_cli.snapshots import Which, snapshot_of

    session = session_of(ctx, output)
    snapshot = snapshot_of(wiring.Workspace.of(session), Which(against, stage))
    session.finish(replay_answer(log, snapshot))


def plain_output(output: TableOutput) -> Output:
    """Return in which form errors are told."""
    return Output.JSON if output is TableOutput.JSON else Output.TEXT


def _finish(session: Session, tabled: Tabled, output: TableOutput) -> NoReturn:
    if output is not TableOutput.MARKDOWN:
        session.finish(tabled.answer)
    session.console.write_plain(tabled.markdown)
    raise typer.Exit(tabled.answer.status)
