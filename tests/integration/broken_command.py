"""Runs `companyos` with a fault in its `status`, as a bug of ours would be one."""

from __future__ import annotations

import companyos_cli.commands.status  # noqa: F401 - registered first, so ours counts
from companyos_cli.app import app, main


@app.command("status")
def status() -> None:
    """Fail in a way that nobody expected."""
    raise ZeroDivisionError("nobody expected this")


main()
