"""Rows and columns as text, one record a line and nothing drawn around them."""

from __future__ import annotations

from collections.abc import Sequence

from companyos_cli.console import Paint, Role

GAP = "  "


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, paint: Paint) -> str:
    """Return the rows under a header, each column as wide as its widest cell."""
    widths = [
        max(len(row[column]) for row in (header, *rows))
        for column in range(len(header))
    ]

    def line(row: Sequence[str]) -> str:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        return GAP.join(cells).rstrip()

    return "\n".join([paint(line(header), Role.FAINT), *(line(row) for row in rows)])


def fields(rows: Sequence[tuple[str, str]], *, paint: Paint) -> str:
    """Return names and values below each other, the values in line."""
    width = max(len(name) for name, _ in rows)
    return "\n".join(
        f"{paint(name.ljust(width), Role.FAINT)}{GAP}{value}" for name, value in rows
    )


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the rows as a Markdown table; no cell can end its column."""

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

    rule = f"|{'---|' * len(header)}"
    return "\n".join([line(header), rule, *(line(row) for row in rows)])
