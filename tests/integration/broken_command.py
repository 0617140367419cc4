"""Runs `companyos` with a fault in its `status`, as a bug of ours would be one."""

from __future__ import annotations

import os
import resource

import companyos_cli.commands.status  # noqa: F401 - registered first, so ours counts
from companyos_cli.app import app, main


@app.command("status")
def status() -> None:
    """Fail in a way that nobody expected, perhaps where nothing can be written."""
    if "NO_ROOM" in os.environ:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    raise ZeroDivisionError("nobody expected this")


main()
