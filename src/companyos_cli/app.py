"""The root command, and the boundary where errors become messages and exit statuses.

A command is imported when it is run: the root knows a line of help of each, no more.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Annotated, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from companyos.errors import CompanyosError
from companyos_cli.commands import COMMANDS, modules_of
from companyos_cli.console import Console
from companyos_cli.exits import ExitStatus, status_of
from companyos_cli.session import Session, session_of

HELP = """A multi-tenant platform governed from Git.

See it: companyos demo  ·  start: companyos init  ·  check: companyos validate
"""


class Root(TyperGroup):
    """The root command, which imports a command when it is that one's turn."""

    def resolve_command(
        self, ctx: object, args: list[str]
    ) -> tuple[str | None, TyperCommand | TyperGroup | None, list[str]]:
        """Return the command that the words name, and the words left to it."""
        context = cast("typer.Context", ctx)
        name, command, rest = super().resolve_command(context, args)
        if name is not None and name in COMMANDS:
            command = root_with(name).commands[name]
        return name, cast("TyperCommand | TyperGroup | None", command), rest


def root_with(*names: str) -> TyperGroup:
    """Return the root command: these commands whole, a line of help of the others."""
    for name in names:
        for module in modules_of(name):
            import_module(module)
    made = cast("TyperGroup", get_command(app))
    known = dict(made.commands)
    made.commands.clear()
    for name, (panel, line) in COMMANDS.items():
        made.commands[name] = known.get(name) or TyperCommand(
            name, help=line, rich_help_panel=panel
        )
    return made


app = typer.Typer(
    cls=Root,
    name="companyos",
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout and sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(ctx: typer.Context, wanted: bool) -> None:  # noqa: FBT001 - Typer's
    if wanted:
        from companyos import __version__

        session_of(ctx).console.write_plain(f"companyos {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    repo: Annotated[
        Path | None,
        typer.Option(
            "--repo",
            metavar="DIR",
            help="The repository.  [default: the nearest parent holding config/]",
        ),
    ] = None,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Say it and stop."
        ),
    ] = False,
) -> None:
    """A multi-tenant platform governed from Git."""
    session_of(ctx).repo = repo


def main() -> NoReturn:
    """Run the command line and leave with its status, at once.

    By then a command has closed what it opened and written what it says. Its memory is
    the system's again, without Python looking through it and taking it apart.
    """
    gc.disable()
    status = run()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError):
            stream.flush()
    os._exit(status)


def run() -> int:
    """Run the command line and return its status."""
    console = _console()
    session = Session(console)
    try:
        root_with()(prog_name="companyos", obj=session)
    except SystemExit as left:
        return cast("int", left.code or ExitStatus.YES)
    except CompanyosError as error:
        console.complain(error, session.output)
        return status_of(error)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the process boundary
        return _report_bug(session, error)
    return ExitStatus.YES


def _console() -> Console:
    """Return the console on this process's streams, which may be closed or narrow."""
    streams = [sys.stdout, sys.stderr]
    for index, stream in enumerate(streams):
        if stream is None:
            streams[index] = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return Console(*streams, colour=wanted_colour(os.environ))  # noqa: TID251 - as others


def wanted_colour(environment: Mapping[str, str]) -> bool | None:
    """Return whether there is to be colour, None where the stream decides.

    By no-color.org and force-color.org: any text but an empty one counts as a wish.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return False if environment.get("TERM") == "dumb" else None


def _report_bug(session: Session, error: Exception) -> int:
    """Keep the traceback for us and give the person a sentence."""
    import traceback

    told = "".join(traceback.format_exception(error))
    session.console.complain(
        CompanyosError(
            f"this is a bug in companyos: {type(error).__name__}: {error}",
            hint="what was asked may be done: look before you repeat it; "
            f"please send us {_kept(told)}",
        ),
        session.output,
    )
    return ExitStatus.BUG


def _kept(told: str) -> str:
    """Return where a traceback was written, or itself where there is no room."""
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="companyos-bug-", suffix=".txt", delete=False, encoding="utf-8"
        ) as report:
            report.write(told)
    except OSError:
        return told
    return report.name
