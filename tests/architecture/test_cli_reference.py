"""The page about the command line says what the command line says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import reference


def test_the_page_is_what_the_commands_say(root: Path) -> None:
    """`python3 scripts/reference.py` would change nothing."""
    written = (root / "docs/reference/cli.md").read_text("utf-8")
    assert written == reference.page()


@pytest.mark.parametrize("command", ["companyos", "companyos release build"])
def test_a_section_is_the_help_of_the_program(command: str, root: Path) -> None:
    """What the page shows is what the installed program prints, 80 columns wide."""
    done = subprocess.run(
        [sys.executable, "-m", "companyos_cli", *command.split()[1:], "--help"],
        capture_output=True,
        check=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "80", "PYTHONUTF8": "1"},
    )
    said = "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())
    written = (root / "docs/reference/cli.md").read_text("utf-8")
    assert f"## {command}\n\n```text\n{said}\n```" in written
