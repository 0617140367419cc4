"""Write docs/reference/cli.md from the command line itself: one section a command.

`python3 scripts/reference.py` rewrites the page; a test holds it against the program.
The help is what 80 columns without colour show, so that the page is the same on every
machine. It needs the installed command, and runs itself with `.venv`'s Python for that.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import dev

if TYPE_CHECKING:
    from typer import Context
    from typer.core import TyperCommand, TyperGroup

    AnyCommand: TypeAlias = TyperCommand | TyperGroup

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reference/cli.md"
COLUMNS = 80
MARGIN = 2
"""What the command leaves free at a terminal's right edge."""

HEAD = """\
# The command line

What `companyos` and each of its commands say with `--help`. Written by
`python3 scripts/reference.py`; do not edit it by hand. What a status says is in
[exit statuses](exit-status.md).
"""


def page() -> str:
    """Return the whole page."""
    sections = "".join(_section(name, text) for name, text in helps())
    return HEAD + sections


def helps() -> Iterator[tuple[str, str]]:
    """Yield each command's name and its help, the root first, groups before theirs."""
    # Only here, because `main` must run where none of it is installed.
    from companyos_cli.app import app, root_with  # noqa: PLC0415
    from companyos_cli.commands import COMMANDS  # noqa: PLC0415

    app.rich_markup_mode = None  # as where the output is no terminal
    yield from _helps(root_with(*COMMANDS), "companyos", parent=None)


def main() -> int:
    """Write the page, and say so where it changed."""
    if find_spec("companyos_cli") is None:
        checkout = dev.Checkout(ROOT)
        return checkout.run(checkout.program("python"), __file__)
    text = page()
    if not PAGE.exists() or PAGE.read_text("utf-8") != text:
        PAGE.write_text(text, "utf-8")
        print(f"wrote {PAGE.relative_to(ROOT)}")
    return 0


def _helps(
    command: AnyCommand, name: str, *, parent: Context | None
) -> Iterator[tuple[str, str]]:
    from typer import Context  # noqa: PLC0415
    from typer.core import TyperCommand, TyperGroup  # noqa: PLC0415

    ctx = Context(
        command,
        info_name=name.rpartition(" ")[2],
        parent=parent,
        terminal_width=COLUMNS - MARGIN,
        help_option_names=["-h", "--help"],
    )
    lines = (line.rstrip() for line in command.get_help(ctx).splitlines())
    yield name, "\n".join(lines).strip("\n")
    if isinstance(command, TyperGroup):
        for inner, found in command.commands.items():
            assert isinstance(found, TyperCommand | TyperGroup)  # noqa: S101
            yield from _helps(found, f"{name} {inner}", parent=ctx)


def _section(name: str, text: str) -> str:
    return f"\n## {name}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    sys.exit(main())
