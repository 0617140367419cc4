"""How the command starts: quickly, and with nothing it does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import companyos_cli

HEAVY = ("cryptography", "git", "jsonschema_rs", "lark", "pydantic", "ruamel", "yaml")
PROBE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from companyos_cli.app import main
try:
    main()
finally:
    names = {name.partition(".")[0] for name in sys.modules}
    print(*sorted(names), file=sys.stderr)
"""


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
    source = str(Path(companyos_cli.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, source, *words],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == status, done.stderr
    loaded = set(done.stderr.splitlines()[-1].split())
    assert loaded.intersection(HEAVY) == set()


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
