"""Every check has a page and every page a check, in docs and in the wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from check_excerpts import EXCERPTED, excerpts
from checks import with_examples
from companyos.config.check_names import ALL

FOLDER = "docs/reference/checks"
HEADINGS = ["Why", "Wrong", "Right"]


def test_every_page_is_about_a_check_and_every_check_has_one(root: Path) -> None:
    """Neither is ever alone; the overview is the only other page."""
    pages = (root / FOLDER).rglob("*.md")
    names = {page.relative_to(root / FOLDER).as_posix() for page in pages}
    assert names == {f"{name}.md" for name in ALL} | {"README.md"}


@pytest.mark.parametrize("name", sorted(ALL))
def test_a_page_says_what_why_and_what_instead(name: str, root: Path) -> None:
    """In this order: name, summary with the severity, why, wrong, right."""
    check = ALL[name]
    text = (root / FOLDER / f"{name}.md").read_text("utf-8")
    title, _, first = text.split("\n")[:3]
    assert title == f"# {name}"
    summary = check.summary[0].upper() + check.summary[1:]
    assert first == f"{summary}. Severity: {check.severity}."
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS


@pytest.mark.parametrize("name", sorted(EXCERPTED))
def test_a_page_shows_the_check_s_examples(name: str, root: Path) -> None:
    """What is wrong there is found by a test, and what is right passes it.

    After a change of the examples: `python3 scripts/checks.py`.
    """
    text = (root / FOLDER / f"{name}.md").read_text("utf-8")
    wrong, right = excerpts(name)
    assert wrong != right
    assert with_examples(text, wrong, right) == text


def test_the_overview_lists_every_check_as_it_is(root: Path) -> None:
    """With its severity and what it finds."""
    text = (root / FOLDER / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| \[(.+)\]\((.+)\) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    assert rows == [
        (check.name, f"{check.name}.md", check.severity.value, check.summary)
        for check in ALL.values()
    ]


def test_an_installed_program_explains_checks(root: Path, tmp_path: Path) -> None:
    """The wheel carries every page, and `explain` finds it there."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(
        [*build, "-d", str(tmp_path)], cwd=root, check=True, capture_output=True
    )
    [wheel] = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    pages = installed / "companyos_cli" / "check_pages"
    assert {f"{name}.md" for name in ALL} <= {
        page.relative_to(pages).as_posix() for page in pages.rglob("*.md")
    }
    done = subprocess.run(
        [sys.executable, "-m", "companyos_cli", "explain", "flag/stale"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == (root / FOLDER / "flag/stale.md").read_text("utf-8")
