"""What every command and every import costs before it does anything, as ratios.

A bare Typer program with as many commands as ours does nothing but show their names;
`companyos --version` and `--help` are held against it. Imports of the library are held
against Python itself. Processes take turns, and the least processor time counts. Byte
code is kept in a folder of their own, as it is where the command is installed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from companyos_cli.commands import COMMANDS

ROUNDS = 15

DECIDE = "from companyos.authz import decide"
EVALUATE = "from companyos.flags import evaluate"

HEAD = '''\
import typer

app = typer.Typer(rich_markup_mode=None)


def say(wanted: bool) -> None:
    if wanted:
        print("bare 1.0")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=say, is_eager=True),
) -> None:
    """A program."""
'''
COMMAND = '''

@app.command()
def command_{index}(ctx: typer.Context) -> None:
    """{line}"""
'''


def bare_program() -> str:
    """Return a Typer program with a command for each of ours."""
    lines = [line for _, line in COMMANDS.values()]
    commands = (COMMAND.format(index=i, line=line) for i, line in enumerate(lines))
    return HEAD + "".join(commands) + "\n\napp()\n"


def surroundings(folder: str) -> dict[str, str]:
    """Return an environment in which byte code is kept in a folder."""
    left_out = {"PYTHONDONTWRITEBYTECODE"}
    kept = {name: text for name, text in os.environ.items() if name not in left_out}
    return {**kept, "PYTHONPYCACHEPREFIX": folder}


def milliseconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Return the processor time of one run, in ms."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)  # noqa: S603
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000


def least(
    commands: Mapping[str, Sequence[str]], env: Mapping[str, str]
) -> dict[str, float]:
    """Return the least time of each, all having taken turns."""
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(ROUNDS):
        for name, command in commands.items():
            best[name] = min(best[name], milliseconds(command, env))
    return best


def main() -> None:
    """Print the table."""
    python, ours = sys.executable, str(Path(sys.executable).with_name("companyos"))
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(bare_program(), "utf-8")
        took = least(
            {
                "bare --version": (python, str(bare), "--version"),
                "companyos --version": (ours, "--version"),
                "bare --help": (python, str(bare), "--help"),
                "companyos --help": (ours, "--help"),
                "pass": (python, "-c", "pass"),
                "authz": (python, "-c", DECIDE),
                "both": (python, "-c", f"{DECIDE}; {EVALUATE}"),
            },
            surroundings(str(Path(folder, "cache"))),
        )
    _row(took, "--version")
    _row(took, "--help")
    more = took["authz"] - took["pass"]
    print(f"{DECIDE}: {more:.1f} ms over python -c pass")
    more = took["both"] - took["pass"]
    print(f"{DECIDE}; {EVALUATE}: {more:.1f} ms over it")


def _row(took: Mapping[str, float], word: str) -> None:
    ours, bare = took[f"companyos {word}"], took[f"bare {word}"]
    ratio = ours / bare
    print(f"companyos {word}: {ours:.1f} ms, bare {bare:.1f} ms, {ratio:.2f} times")


if __name__ == "__main__":
    main()
