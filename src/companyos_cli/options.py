"""Option types that several commands share, so that one word means one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from companyos_cli.console import Output
from companyos_cli.render.forms import FindingsOutput

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
FlagId = Annotated[str, typer.Argument(metavar="FLAG")]
ForSubject = Annotated[
    str | None, typer.Option("--subject", metavar="ID", help="For whom.")
]
Context = Annotated[
    str, typer.Option("--context", metavar="JSON", help="What else is known.")
]
At = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="When.  [default: now]")
]
Ref = Annotated[
    str | None,
    typer.Option("--ref", metavar="REF", help="As of a commit.  [default: work tree]"),
]
OfStage = Annotated[
    str | None, typer.Option("--stage", metavar="STAGE", help="As a stage carries it.")
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against", metavar="REF", help="Report only what is new since a commit."
    ),
]
Jobs = Annotated[
    str,
    typer.Option(
        "--jobs", metavar="N", help="Processes that read: a number, or `auto`."
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither use nor keep earlier results.")
]
FindingsForm = Annotated[
    FindingsOutput,
    typer.Option("-o", "--output", help="Form of the answer; auto: as CI shows it."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings answer no as well.")]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Answer 0 whatever is found.")
]
Select = Annotated[
    list[str] | None,
    typer.Option(
        "--select", metavar="CHECK", help="Only these checks or groups, as `flag`."
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CHECK", help="Not these checks or groups."),
]
BaselineFile = Annotated[
    Path | None,
    typer.Option(
        "--baseline",
        metavar="FILE",
        help="Leave out what this file lists.  [default: as config/checks.yaml says]",
    ),
]
WriteBaseline = Annotated[
    bool,
    typer.Option("--write-baseline", help="List the warnings of now as known."),
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Run again at each change, until Ctrl-C.")
]
Diff = Annotated[
    bool, typer.Option("--diff", help="Show what mending changes and write nothing.")
]
Unsafe = Annotated[
    bool, typer.Option("--unsafe", help="Also fixes that change what is meant.")
]
