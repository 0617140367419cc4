"""`companyos flags explain|answers|blame|usage`: why, for whom, since when, where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.commands.flags import flags
from companyos_cli.console import Output
from companyos_cli.session import session_of


@flags.command("explain")
def explain(
    ctx: typer.Context,
    flag: options.FlagId,
    *,
    tenant: options.Tenant,
    subject: options.ForSubject = None,
    context: options.Context = "{}",
    ref: options.Ref = None,
    stage: options.OfStage = None,
    at: options.At = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Show every step to a flag's answer, down to the one that decided."""
    from companyos_cli import wiring
    from companyos_cli.flag_asking import Question, explanation_answer
    from companyos_cli.snapshots import Which, object_from, snapshot_of, subject_named

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    snapshot = snapshot_of(workspace, Which(ref, stage))
    question = Question(
        flag,
        tenant,
        subject_named(workspace, snapshot, tenant, subject),
        object_from(context, option="--context"),
        wiring.moment(at),
    )
    session.finish(explanation_answer(question, snapshot))


@flags.command("answers")
def answers(
    ctx: typer.Context,
    *,
    tenant: Annotated[
        list[str] | None,
        typer.Option("--tenant", metavar="ID", help="For these.  [default: all]"),
    ] = None,
    ref: options.Ref = None,
    stage: options.OfStage = None,
    at: options.At = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Show what each flag answers each tenant.

    `*` marks what rules or a rollout may change for a subject, and brackets a tenant
    that does not take part.
    """
    from companyos_cli import wiring
    from companyos_cli.flag_asking import answers_answer
    from companyos_cli.snapshots import Which, snapshot_of

    session = session_of(ctx, output)
    snapshot = snapshot_of(wiring.Workspace.of(session), Which(ref, stage))
    session.finish(answers_answer(snapshot, tenant or [], now=wiring.moment(at)))


@flags.command("blame")
def blame(
    ctx: typer.Context,
    flag: options.FlagId,
    *,
    tenant: options.Tenant,
    subject: options.ForSubject = None,
    context: options.Context = "{}",
    ref: Annotated[
        str, typer.Option("--ref", metavar="REF", help="As of this commit.")
    ] = "HEAD",
    at: options.At = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Find the commit that made a flag answer what it answers now."""
    from companyos_cli import wiring
    from companyos_cli.flag_asking import Question
    from companyos_cli.flag_blame import blame_answer
    from companyos_cli.snapshots import object_from

    session = session_of(ctx, output)
    question = Question(
        flag,
        tenant,
        None,
        object_from(context, option="--context"),
        wiring.moment(at),
    )
    session.finish(
        blame_answer(
            wiring.Workspace.of(session), question, subject_id=subject, ref=ref
        )
    )


@flags.command("usage")
def usage(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="Python code.  [default: src]"),
    ] = None,
    *,
    wrapper: Annotated[
        list[str] | None,
        typer.Option("--wrapper", metavar="NAME", help="Also reads a flag."),
    ] = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Find flags that no code reads, and reads of flags that there are not."""
    from companyos_cli import wiring
    from companyos_cli.flag_reads import usage_answer
    from companyos_cli.snapshots import Which, snapshot_of

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    snapshot = snapshot_of(workspace, Which(None, None))
    folders = paths or [workspace.root / "src"]
    session.finish(
        usage_answer(snapshot.flags, folders, wrappers=frozenset(wrapper or ()))
    )
