"""How the command starts: quickly, and with nothing it does not need.

What is imported is what is asserted here; `benchmarks/start.py` measures the time.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import companyos_cli
from companyos_cli.app import root_with
from companyos_cli.commands import COMMANDS, modules_of

HEAVY = ("cryptography", "git", "jsonschema_rs", "lark", "pydantic", "ruamel", "yaml")
PROBE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from companyos_cli.app import run
status = run()
print(*sorted(sys.modules), file=sys.stderr)
sys.exit(status)
"""
FOR_HELP = {
    "companyos",
    "companyos.errors",
    "companyos_cli",
    "companyos_cli.app",
    "companyos_cli.commands",
    "companyos_cli.console",
    "companyos_cli.exits",
    "companyos_cli.session",
}


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["--version"], 0),
        (["--help"], 0),
        (["promote", "--help"], 0),
        (["release", "build", "--help"], 0),
        ([], 2),
        (["no-such-command"], 2),
    ],
)
def test_help_and_version_import_nothing_heavy(words: list[str], status: int) -> None:
    """What only some commands need is imported when one of them runs."""
    loaded = {name.partition(".")[0] for name in imported_by(words, status)}
    assert loaded.intersection(HEAVY) == set()


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_a_word_about_itself_imports_no_command(word: str) -> None:
    """The names of the commands and their lines in the help are enough for that."""
    loaded = imported_by([word], 0)
    ours = {name for name in loaded if name.startswith("companyos")}
    assert ours == FOR_HELP
    assert loaded.isdisjoint({"json", "hashlib", "rich"})


def test_a_command_imports_no_other_one() -> None:
    """Running `validate` imports its own module of commands and no more of them."""
    loaded = imported_by(["validate", "--help"], 0)
    commands = {name for name in loaded if name.startswith("companyos_cli.commands.")}
    assert commands == {"companyos_cli.commands.validate"}


def test_the_lines_of_the_help_are_what_the_commands_say() -> None:
    """The line and the panel that the root knows are those of the imported command."""
    whole = root_with(*COMMANDS)
    for name, (panel, line) in COMMANDS.items():
        command = whole.commands[name]
        assert command.get_short_help_str(limit=200) == line, name
        assert getattr(command, "rich_help_panel", None) == panel, name
        assert command.callback or getattr(command, "commands", None), name


def test_every_module_of_commands_belongs_to_a_command() -> None:
    """A module that no command names would never be imported."""
    folder = Path(companyos_cli.__file__).parent / "commands"
    there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    known = {module for name in COMMANDS for module in modules_of(name)}
    assert {module.rpartition(".")[2] for module in known} == there


def test_the_package_runs_as_a_module() -> None:
    """`python -m companyos_cli` is the command."""
    done = subprocess.run(
        [sys.executable, "-m", "companyos_cli", "--version"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("companyos ")


def imported_by(words: list[str], status: int) -> set[str]:
    """Return the modules that a run of the command imports."""
    source = str(Path(companyos_cli.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, source, *words],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == status, done.stderr
    return set(done.stderr.splitlines()[-1].split())
