"""Runs `companyos` and kills it without warning between two steps of a publication.

Usage: killed_command.py BOUNDARY WORD…

BOUNDARY is one of those `GitStore` names: `objects-written`, `before-push` (nothing can
be seen yet) and `after-push` (all of it can be).
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial

from companyos.gitstore import GitStore
from companyos_cli.app import main

fatal = sys.argv.pop(1)


def reached(boundary: str) -> None:
    """End here, where this is the boundary to end at."""
    if boundary == fatal:
        os.kill(os.getpid(), signal.SIGKILL)


# The command has no switch for this: what it would open is opened with the boundary.
opened = partial(GitStore.open, boundary=reached)
setattr(GitStore, "open", opened)  # noqa: B010 - no type for a method replaced
main()
