"""Write the overview of the checks again after one was added: `scripts/checks.py`.

Each check has a page of its own below `docs/reference/checks/`, written by hand; a test
holds all of them against the program.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from companyos.checks.check import Check
from companyos.config.check_names import ALL

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/checks/README.md"
TABLE = "| check | severity | what it finds |\n|---|---|---|\n"


def tables() -> str:
    """Return a heading and a table for each group of checks."""
    groups = groupby(ALL.values(), key=lambda check: check.name.partition("/")[0])
    return "\n".join(
        f"## {group}\n\n{TABLE}" + "".join(_row(check) for check in checks)
        for group, checks in groups
    )


def _row(check: Check) -> str:
    link = f"[{check.name}]({check.name}.md)"
    return f"| {link} | {check.severity} | {check.summary} |\n"


def main() -> int:
    """Write the tables below what the page begins with."""
    head, _, _ = PAGE.read_text("utf-8").partition("\n## ")
    PAGE.write_text(f"{head}\n{tables()}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
