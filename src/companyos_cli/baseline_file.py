"""The file that a baseline is in: where it may be, read, and made anew.

The desired state, which a change under review can bring, names only what is in the
repository and no part of it. Whoever runs the command may name any file. Neither makes
a baseline of what is something else.
"""

from __future__ import annotations

import errno
from pathlib import Path, PurePosixPath

from companyos.checks.baseline import is_baseline
from companyos.config.sources import FOLDER
from companyos.errors import CompanyosError, UnavailableError, UsageError

_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})
_RESERVED = frozenset({FOLDER, ".git"})


def preferred_path(named: str, root: Path) -> Path:
    """Return the path of the baseline that `config/checks.yaml` names.

    Raises:
        UsageError: it is not in the repository, or is a part of it or a link.
    """
    way = PurePosixPath(named)
    path = root / named
    parts = {part.casefold() for part in way.parts}
    is_inside = not way.is_absolute() and ".." not in parts and path != root
    if not is_inside or path.resolve() != root.resolve().joinpath(*way.parts):
        raise _misplaced(named, "it is not in the repository, or there is a link to it")
    if ".git" in parts or way.parts[0].casefold() in _RESERVED:
        raise _misplaced(named, f"`{way.parts[0]}/` holds other files")
    if path.exists() and not path.is_file():
        raise _misplaced(named, "it is no regular file")
    return path


def read(path: Path) -> bytes:
    """Return the bytes of a baseline.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the baseline `{path}` cannot be read: {error.strerror}",
            hint="write it with `--write-baseline`",
        ) from error


def write(path: Path, data: bytes) -> None:
    """Make the file anew, in one step where it is a regular one.

    Raises:
        UsageError: it is not there to be written, or something else than a baseline.
        UnavailableError: there is no room.
    """
    from companyos_cli.ledger import write_whole

    try:
        if path.is_char_device() and not path.is_symlink():
            path.write_bytes(data)
            return
        _refuse_other(path)
    except OSError as error:
        raise _unwritten(path, error) from error
    write_whole(path, data)


def _refuse_other(path: Path) -> None:
    if path.is_symlink():
        raise _not_replaced(path, "it is a symbolic link")
    if not path.parent.is_dir():
        raise UsageError(
            f"the baseline `{path}` cannot be written: there is no folder "
            f"`{path.parent}`",
            hint="make the folder, or name another file",
        )
    if not path.exists():
        return
    if not path.is_file():
        raise _not_replaced(path, "it is no regular file")
    if not is_baseline(path.read_bytes()):
        raise _not_replaced(path, "it is no baseline")


def _unwritten(path: Path, error: OSError) -> CompanyosError:
    message = f"the baseline `{path}` cannot be written: {error.strerror}"
    if error.errno in _PASSING:
        return UnavailableError(message, hint="make room and run this again")
    return UsageError(message, hint="name another file, or make access to it")


def _misplaced(named: str, why: str) -> UsageError:
    return UsageError(
        f"`{named}` in `config/checks.yaml` cannot be the baseline: {why}",
        hint="name a file of its own in the repository, such as `checks-baseline.json`",
    )


def _not_replaced(path: Path, why: str) -> UsageError:
    return UsageError(
        f"`{path}` is not replaced by a baseline: {why}",
        hint="name another file, or take this one away",
    )
