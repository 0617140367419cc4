"""One showing of the tour: its folder, its processes, and what is left of them."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from companyos.errors import UsageError
from companyos_cli.console import Console, Role
from companyos_cli.demo.performance import Performance
from companyos_cli.demo.platform import Platform
from companyos_cli.demo.tour import play

# The tour is the same for everybody, whatever their own Git is set up to do.
VARIABLES = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "NO_COLOR": "1",
}


def show(console: Console, *, keep: Path | None) -> None:
    """Play the tour in a folder of its own.

    Raises:
        UsageError: the folder to keep it in is not empty.
        TourError: something did not do what the tour says.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="companyos-demo-") as folder:
            _play(console, Path(folder))
        return
    if keep.exists() and any(keep.iterdir()):
        raise UsageError(
            f"`{keep}` is not empty", hint="name a folder that is not there"
        )
    keep.mkdir(parents=True, exist_ok=True)
    _play(console, keep.resolve())
    console.write_plain(f"\nthe repository is in {keep / 'platform'}")


def _play(console: Console, root: Path) -> None:
    folder = root / "platform"
    folder.mkdir()
    performance = Performance(folder, console, VARIABLES)
    began = time.monotonic()
    try:
        play(performance, Platform())
    finally:
        performance.stop()
    seconds = time.monotonic() - began
    console.write_painted(f"\nall of it held, in {seconds:.0f} s", Role.STRONG)
