"""Write the overview of the checks, and their examples: `scripts/checks.py`.

Each check has a page of its own below `docs/reference/checks/`. What it says is written
by hand, and what it shows is, for most, an excerpt of the check's examples below
`tests/cases/checks/`. Tests hold all of it against the program.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from companyos.checks.check import Check
from companyos.config.check_names import ALL

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/checks/README.md"
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


def with_examples(text: str, wrong: str, right: str) -> str:
    """Return a check's page with these as what it shows."""
    head, _, _ = text.partition("\n## Wrong\n")
    shown = (("Wrong", wrong), ("Right", right))
    blocks = [f"\n## {name}\n\n```yaml\n{each}\n```\n" for name, each in shown]
    return head + "".join(blocks)


def main() -> int:
    """Write the tables below what the page begins with, and the pages' examples."""
    # Only here, because the examples are the tests'.
    sys.path.insert(0, str(ROOT / "tests"))
    from check_excerpts import EXCERPTED, excerpts  # noqa: PLC0415

    head, _, _ = PAGE.read_text("utf-8").partition("\n## ")
    PAGE.write_text(f"{head}\n{tables()}", "utf-8")
    for name in sorted(EXCERPTED):
        page = PAGE.parent / f"{name}.md"
        text = page.read_text("utf-8")
        page.write_text(with_examples(text, *excerpts(name)), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
