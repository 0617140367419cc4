"""`companyos demo`: the guided tour."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos.errors import UsageError
from companyos_cli.app import app
from companyos_cli.session import session_of


@app.command(rich_help_panel="Set up")
def demo(
    ctx: typer.Context,
    *,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Play it here and leave it there."),
    ] = None,
) -> None:
    """Carry one change the whole way, on real parts, offline, in under a minute.

    Plays in a temporary folder with throw-away keys and leaves nothing behind.
    """
    session = session_of(ctx)
    try:
        from companyos_cli.demo.showing import show
    except ImportError as error:
        raise UsageError(
            f"the tour runs the services, which are not installed: {error}",
            hint="install companyos with its extra: `companyos[services]`",
        ) from error
    show(session.console, keep=keep)
