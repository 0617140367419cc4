"""The files of a desired state: repository-relative path to bytes.

The same mapping comes from a work tree and from a Git commit, so that nothing above
this module knows which. Only regular files below `config/` belong to it; hidden ones
(editors' and systems' own) are left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from companyos.config.yaml_bytes import BYTES_MAX
from companyos.errors import InvalidStateError, UsageError
from companyos.findings import Finding, Place, Severity, in_order

Sources: TypeAlias = Mapping[str, bytes]

FOLDER = "config"


Stamp: TypeAlias = str
"""What changes whenever a file does, unless somebody takes pains, and its path.

Times of modification and change in ns, size, inode and path, each with a space before
the next. One text and no record, because making ten thousand of them takes time.
"""


class WorkTree(Mapping[str, bytes]):
    """The files below `root/config`, by path, each read whenever it is asked for."""

    def __init__(self, root: Path, stamps: Mapping[str, Stamp]) -> None:
        self._prefix = f"{root}{os.sep}"
        self.stamps = stamps

    def __getitem__(self, path: str) -> bytes:
        size = int(self.stamps[path].split(" ", 3)[2])
        return _read(self._prefix + path, size)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.stamps))

    def __len__(self) -> int:
        return len(self.stamps)


def work_tree(root: Path) -> WorkTree:
    """Return the files below `root/config`. No symbolic link is followed.

    Raises:
        UsageError: there is no `config/` folder.
        InvalidStateError: something there is no regular file.
    """
    folder = root / FOLDER
    if folder.is_symlink() or not folder.is_dir():
        raise UsageError(
            f"`{folder}` is no folder", hint="run `companyos init` to make one"
        )
    stamps: dict[str, Stamp] = {}
    others: list[str] = []
    _look(str(folder), FOLDER, stamps, others)
    if others:
        raise InvalidStateError(
            f"`{FOLDER}/` holds {len(others)} that cannot be read as files",
            in_order([_refused(name) for name in others]),
        )
    return WorkTree(root, stamps)


def read_folder(root: Path) -> dict[str, bytes]:
    """Return the files below `root/config` with their bytes, all read now.

    Raises:
        UsageError: there is no `config/` folder, or a file cannot be read.
        InvalidStateError: something there is no regular file.
    """
    return dict(work_tree(root))


def _look(folder: str, name: str, stamps: dict[str, Stamp], others: list[str]) -> None:
    """Note the files below `folder`, and what is neither file nor folder.

    So is what has a name that cannot be shown. Hidden ones are left out.
    """
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name[0] == ".":
                continue
            path = f"{name}/{entry.name}"
            if not entry.name.isprintable():
                others.append(path)
            elif entry.is_file(follow_symlinks=False):
                now = entry.stat(follow_symlinks=False)
                stamps[path] = (
                    f"{now.st_mtime_ns} {now.st_ctime_ns} {now.st_size} {now.st_ino}"
                    f" {path}"
                )
            elif entry.is_dir(follow_symlinks=False):
                _look(entry.path, path, stamps, others)
            else:
                others.append(path)


_HOW = os.O_RDONLY | getattr(os, "O_BINARY", 0)


def _read(path: str, size: int) -> bytes:
    """Return the file's bytes, at most one more than may be read anyway."""
    # Without a file object: there are thousands of them, and it takes half of the time.
    try:
        file = os.open(path, _HOW)
        try:
            data = os.read(file, min(size, BYTES_MAX) + 1)
            return data if len(data) == size else data + _rest(file, len(data))
        finally:
            os.close(file)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {error.strerror}") from error


def _rest(file: int, count: int) -> bytes:
    """Return what follows `count` bytes; one reading may give fewer than there are."""
    data = b""
    while count + len(data) <= BYTES_MAX and (more := os.read(file, BYTES_MAX + 1)):
        data += more
    return data[: BYTES_MAX + 1 - count]


def _refused(name: str) -> Finding:
    if not name.isprintable():
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
        return Finding(
            check="yaml/character",
            severity=Severity.ERROR,
            message=f"the name `{shown}` holds a character that cannot be shown",
            place=Place(shown),
            hint="rename it; a name could otherwise pretend to be a line of a report",
        )
    return Finding(
        check="yaml/symlink",
        severity=Severity.ERROR,
        message=f"`{name}` is a symbolic link or a special file",
        place=Place(name),
        expected="a regular file",
        hint="put the file itself there; a link could lead out of the repository",
    )
