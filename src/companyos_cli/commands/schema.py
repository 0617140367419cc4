"""`companyos schema`: the JSON Schemas that editors and other tools use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli import options
from companyos_cli.app import app
from companyos_cli.console import Answer, Output, Paint
from companyos_cli.session import session_of

schema = typer.Typer(help="JSON Schemas of the desired state.", no_args_is_help=True)
app.add_typer(schema, name="schema", rich_help_panel="Set up")


@schema.command()
def export(
    ctx: typer.Context,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where.  [default: schemas/ of the repository]"
        ),
    ] = None,
    output: options.OutputOption = Output.TEXT,
) -> None:
    """Write the schemas that the config models make."""
    from companyos.config import schemas
    from companyos_cli import wiring

    session = session_of(ctx, output)
    folder = out or wiring.Workspace.of(session).root / "schemas"
    files = schemas.export()
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)

    def text(_paint: Paint) -> str:
        return "\n".join(str(folder / name) for name in sorted(files))

    session.finish(
        Answer(
            text=text,
            document={
                "schema": "companyos.schemas/v1",
                "files": [str(folder / name) for name in sorted(files)],
            },
        )
    )
