"""Option types that several commands share, so that one word means one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli.console import Output

OutputOption = Annotated[
    Output, typer.Option("-o", "--output", help="Form of the answer.")
]
DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Show the plan and stop.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Go on without asking.")]
Confirm = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="STAGE",
        help="Go on without asking, naming the stage; needed for the last stage.",
    ),
]
Operation = Annotated[
    str | None,
    typer.Option(
        "--operation",
        metavar="ID",
        help="Name this run, so that repeating it finds what it already did.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="Private key to sign with.  [default: COMPANYOS_KEY, else the "
        "repository's own key in .git/companyos/key.pem]",
    ),
]
Today = Annotated[
    str | None,
    typer.Option("--today", metavar="DATE", help="Judge dates as of this day (UTC)."),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Ask this clone only, not its remote.")
]
StageOption = Annotated[str, typer.Option("--stage", metavar="STAGE", help="Which.")]
Tenant = Annotated[str, typer.Option("--tenant", metavar="ID", help="For which.")]
Ref = Annotated[
    str | None,
    typer.Option("--ref", metavar="REF", help="As of a commit.  [default: work tree]"),
]
OfStage = Annotated[
    str | None, typer.Option("--stage", metavar="STAGE", help="As a stage carries it.")
]
