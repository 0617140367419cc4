"""Which findings a command is asked about: all, or those in named files and folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from companyos.errors import UsageError
from companyos.findings import Finding

Wanted: TypeAlias = Callable[[Finding], bool]


def within(paths: Sequence[Path], *, root: Path) -> Wanted:
    """Return what tells whether a finding is in one of the paths; without any, it is.

    Raises:
        UsageError: a path is not there, or not in the repository.
    """
    names = [_name_in(path, root=root) for path in paths]

    def wanted(finding: Finding) -> bool:
        file = finding.place.file
        return not names or any(
            name in {file, "."} or file.startswith(f"{name}/") for name in names
        )

    return wanted


def _name_in(path: Path, *, root: Path) -> str:
    absolute = path.resolve()
    if not absolute.exists():
        raise UsageError(f"there is no `{path}`")
    if not absolute.is_relative_to(root.resolve()):
        raise UsageError(f"`{path}` is not in the repository `{root}`")
    return absolute.relative_to(root.resolve()).as_posix()
