"""`companyos release`: build one, see them, verify one."""

from __future__ import annotations

from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output
from companyos_cli.session import session_of

release = typer.Typer(help="Build, list and verify releases.", no_args_is_help=True)
app.add_typer(release, name="release", rich_help_panel="Release")

Version = Annotated[str, typer.Argument(metavar="VERSION", help="Such as 1.4.0.")]


@release.command()
def build(
    ctx: typer.Context,
    version: Version,
    *,
    artifact: Annotated[
        list[str] | None,
        typer.Option(
            "--artifact",
            metavar="NAME=PATH|NAME=oci:REF@sha256:…",
            help="An artifact that moves with the release; may be repeated.",
        ),
    ] = None,
    notes: Annotated[str, typer.Option("--notes", help="What is new.")] = "",
    key: options.KeyFile = None,
    operation: options.Operation = None,
    dry_run: options.DryRun = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Compile the committed desired state, sign it with its artifacts, record it."""
    from companyos_cli import artifacts, wiring
    from companyos_cli.building import Build
    from companyos_cli.ledger import Ledger
    from companyos_cli.render import builds

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    ledger = Ledger(workspace)
    verified = ledger.read_started()
    found = artifacts.parse(artifact or [], root=workspace.root)
    making = Build(workspace, version, artifacts=found, notes=notes)
    making.require_clean()
    making.require_published(verified.head)
    if dry_run:
        session.finish(builds.planned(making.release))
    done = ledger.append(making.decide, key_file=key, operation=operation)
    session.finish(builds.recorded(done))


@release.command("list")
def list_releases(
    ctx: typer.Context,
    *,
    offline: options.Offline = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """List every release and where it is."""
    from companyos_cli import wiring
    from companyos_cli.ledger import Ledger
    from companyos_cli.render import releases

    session = session_of(ctx, output)
    ledger = Ledger(wiring.Workspace.of(session))
    verified = ledger.read_started(offline=offline)
    state, stages = verified.state, ledger.stages_at(verified.head)
    session.finish(
        Answer(
            text=lambda paint: releases.releases_text(state, stages, paint),
            document=releases.releases_document(state, stages),
        )
    )


@release.command()
def show(
    ctx: typer.Context,
    version: Version,
    *,
    offline: options.Offline = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Show one release: its commit, its digests, its artifacts."""
    from companyos.releases.eligibility import release_named
    from companyos_cli import wiring
    from companyos_cli.ledger import Ledger
    from companyos_cli.render import releases

    session = session_of(ctx, output)
    verified = Ledger(wiring.Workspace.of(session)).read_started(offline=offline)
    recorded = release_named(verified.state, version)
    session.finish(
        Answer(
            text=lambda paint: releases.release_text(recorded, paint),
            document=releases.release_document(recorded),
        )
    )


@release.command()
def verify(
    ctx: typer.Context,
    version: Version,
    *,
    offline: options.Offline = False,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Make a release again from its commit and hold it, and its files, against it.

    Artifacts are hashed where they were when the release was built, as far as they are
    at hand.
    """
    from companyos.releases.eligibility import release_named
    from companyos_cli import wiring
    from companyos_cli.ledger import Ledger
    from companyos_cli.verifying import verify_release

    session = session_of(ctx, output)
    workspace = wiring.Workspace.of(session)
    verified = Ledger(workspace).read_started(offline=offline)
    recorded = release_named(verified.state, version)
    session.finish(verify_release(workspace, verified.state, recorded))
