"""The pages about checks: in the installed package, or in the checkout."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from companyos.config.check_names import ALL
from companyos.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FOLDER = "check_pages"
"""Where the wheel carries `docs/reference/checks`, so that there is one copy of it."""


def page_about(check: str) -> str:
    """Return the page about a check.

    Raises:
        UsageError: there is no such check.
    """
    if check not in ALL:
        near = get_close_matches(check, ALL, n=1, cutoff=0.6)
        raise UsageError(
            f"there is no check `{check}`",
            hint=f"did you mean `{near[0]}`?"
            if near
            else "`companyos explain` lists them",
        )
    return (_pages() / f"{check}.md").read_text("utf-8")


def _pages() -> Traversable:
    packaged = files("companyos_cli") / FOLDER
    if packaged.is_dir():
        return packaged
    return Path(__file__).resolve().parents[2] / "docs" / "reference" / "checks"
