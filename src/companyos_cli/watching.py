"""Running again at each change of the desired state, until somebody stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from companyos.config.sources import FOLDER
from companyos_cli.wiring import wait

PAUSE_SECONDS = 0.3


def runs(root: Path, *, pause: Callable[[float], None] = wait) -> Iterator[int]:
    """Yield at once, and after each change of a file below `config/`; never end."""
    count = 0
    seen = None
    while True:
        now = _stamps(root)
        if now != seen:
            seen = now
            count += 1
            yield count
        else:
            pause(PAUSE_SECONDS)


def _stamps(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Return every file with its size and the time of its last change."""
    return tuple(_files(root / FOLDER))


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in sorted(folder.rglob("*")):
        try:
            stat = path.stat()
        except OSError:
            continue  # it went away meanwhile, which the next round sees
        if path.is_file():
            yield path.as_posix(), stat.st_size, stat.st_mtime_ns
