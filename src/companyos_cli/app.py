"""The root command, and the boundary where errors become messages and exit statuses."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from companyos.errors import CompanyosError
from companyos_cli.console import Console
from companyos_cli.exits import ExitStatus, status_of
from companyos_cli.session import Session, session_of

HELP = """A multi-tenant platform governed from Git.

See it: companyos demo  ·  start: companyos init  ·  check: companyos validate
"""

app = typer.Typer(
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
    """Run the command line and leave with its status."""
    import companyos_cli.commands  # noqa: F401 - registers every command

    sys.exit(_run())


def _run() -> int:
    console = _console()
    session = Session(console)
    try:
        app(prog_name="companyos", obj=session)
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
    plain = bool(os.environ.get("NO_COLOR"))  # noqa: TID251 - no-color.org, for everyone
    return Console(*streams, colour=False if plain else None)


def _report_bug(session: Session, error: Exception) -> int:
    """Keep the traceback for us and give the person a sentence."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="companyos-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as report:
        traceback.print_exception(error, file=report)
    session.console.complain(
        CompanyosError(
            f"this is a bug in companyos: {type(error).__name__}: {error}",
            hint=f"nothing was left half done; please send us {report.name}",
        ),
        session.output,
    )
    return ExitStatus.BUG
