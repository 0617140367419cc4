"""The files of a desired state: repository-relative path to bytes.

The same mapping comes from a work tree and from a Git commit, so that nothing above
this module knows which. Only regular files below `config/` belong to it; hidden ones
(editors' and systems' own) are left out.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from companyos.config.yaml_bytes import BYTES_MAX
from companyos.errors import InvalidStateError, UsageError
from companyos.findings import Finding, Place, Severity, in_order

Sources: TypeAlias = Mapping[str, bytes]

FOLDER = "config"


def read_folder(root: Path) -> dict[str, bytes]:
    """Return the files below `root/config`. No symbolic link is followed.

    Raises:
        UsageError: there is no `config/` folder, or a file cannot be read.
        InvalidStateError: something there is no regular file.
    """
    folder = root / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        raise UsageError(
            f"`{folder}` is no folder", hint="run `companyos init` to make one"
        )
    refused: list[Finding] = []
    files: dict[str, bytes] = {}
    for path in _visible(folder):
        name = path.relative_to(root).as_posix()
        if stat.S_ISREG(path.lstat().st_mode):
            files[name] = _read(path)
        else:
            refused.append(_not_a_file(name))
    if refused:
        raise InvalidStateError(
            f"`{FOLDER}/` holds {len(refused)} that are no regular files",
            in_order(refused),
        )
    return files


def _visible(folder: Path) -> Iterator[Path]:
    """Yield everything but folders below `folder`, by name, without hidden ones."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _visible(path)
        else:
            yield path


def _read(path: Path) -> bytes:
    """Return the file's bytes, at most one more than may be read anyway."""
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}") from error


def _not_a_file(name: str) -> Finding:
    return Finding(
        check="yaml/symlink",
        severity=Severity.ERROR,
        message=f"`{name}` is a symbolic link or a special file",
        place=Place(name),
        expected="a regular file",
        hint="put the file itself there; a link could lead out of the repository",
    )
