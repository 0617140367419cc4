"""Which files of a work tree are not as the commit has them.

The files are read and hashed here. Git would run the filters and the file system
monitor that the repository names, and would believe its index about what has changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from companyos.gitstore.parsing import blob_id
from companyos.releases.store import StoredFile

_SYMLINK = "120000"


def changed_files(
    root: Path, folder: str, recorded: Sequence[StoredFile], *, object_format: str
) -> tuple[str, ...]:
    """Return the paths below `folder` that are other, new or gone, in order.

    Ignored files count: whoever reads the folder does not ask `.gitignore`.
    """
    expected = {file.path: (file.mode == _SYMLINK, file.blob) for file in recorded}
    found = {
        _relative(root, path): _as_stored(path, object_format)
        for path in _entries(root / folder)
    }
    return tuple(
        path
        for path in sorted(expected.keys() | found.keys())
        if expected.get(path) != found.get(path)
    )


def _entries(top: Path) -> Iterator[Path]:
    """Yield every file and every symbolic link below `top`, and follow no link."""
    if top.is_symlink() or top.is_file():
        yield top
        return
    for folder, folders, files in os.walk(top):
        links = (name for name in folders if (Path(folder) / name).is_symlink())
        for name in (*files, *links):
            yield Path(folder) / name


def _as_stored(path: Path, object_format: str) -> tuple[bool, str]:
    """Return whether it is a link, and the id Git would give what is in it."""
    link = path.is_symlink()
    try:
        data = os.fsencode(path.readlink()) if link else path.read_bytes()
    except OSError:
        # It cannot be read, so it is not what was recorded.
        return link, ""
    return link, blob_id(data, object_format)


def _relative(root: Path, path: Path) -> str:
    return os.fsencode(path.relative_to(root).as_posix()).decode(
        "utf-8", "backslashreplace"
    )
