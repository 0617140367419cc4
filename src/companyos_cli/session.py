"""What every command is given: where to work, how to answer, and whom to tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, cast

import typer

from companyos_cli.console import Answer, Console, Output


@dataclass(slots=True)
class Session:
    """One run of the command. `output` is set as soon as a command knows it."""

    console: Console
    repo: Path | None = None
    output: Output = field(default=Output.TEXT)

    def finish(self, answer: Answer) -> NoReturn:
        """Show the answer and leave with its status."""
        self.console.show(answer, self.output)
        raise typer.Exit(answer.status)


def session_of(ctx: typer.Context, output: Output = Output.TEXT) -> Session:
    """Return the run's session, told in which form this command answers."""
    session = cast("Session", ctx.obj)
    session.output = output
    return session
