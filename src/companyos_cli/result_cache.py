"""Values by name that one run leaves for the next, in `.git/companyos/cache/`.

They are in one SQLite file, which sees to it that a killed run leaves all it wrote or
nothing, and that runs at once do not mix. Each value has a seal over its name, its
bytes and all that it depends on beside files: what does not fit its seal is not there.
Whatever is wrong with the file, it is as if there were none.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TypeAlias, TypeVar, cast

NAME = "validate.sqlite"

BUSY_SECONDS = 2.0
"""How long another run is waited for; then nothing is kept, or nothing is known."""

_TABLE = "CREATE TABLE IF NOT EXISTS kept (name BLOB PRIMARY KEY, seal BLOB, data BLOB)"
_PASSING = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN}
_INSERT = "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)"
_Rows: TypeAlias = Iterable[tuple[bytes, bytes, bytes]]
_Values: TypeAlias = Iterable[tuple[str, bytes]]
_T = TypeVar("_T")


class ResultCache:
    """Reads and writes one file of kept values.

    Nothing is raised: what cannot be read is not there, and `is_corrupt` tells that it
    should be. What cannot be written is made again by the next run.
    """

    def __init__(self, path: Path, key: str, *, now_ns: int) -> None:
        self._path = path
        self._key = key.encode()[:64]
        self._open: sqlite3.Connection | None = None
        self.now_ns = now_ns
        self.is_corrupt = False

    def begin(self) -> bool:
        """Return whether anything is kept for this key; it stays so until `end`."""
        if not self._path.exists():
            return False
        return self._tried(self._begun) or False

    def get(self, name: str) -> bytes | None:
        """Return a value, None where there is none."""
        return self._tried(lambda: self._unsealed(name))

    def under(self, prefix: str) -> dict[str, bytes]:
        """Return what is kept below a name such as `file:`, nothing if any is wrong."""
        return self._tried(lambda: dict(self._all_unsealed(prefix))) or {}

    def keep(
        self,
        values: _Values,
        gone: Iterable[str] = (),
        *,
        instead_of: bytes | None,
    ) -> None:
        """Write values and forget others, at once.

        Nothing is written unless the value `state` is still `instead_of`. Where that is
        None, or the file is damaged, these values are all that there is then.
        """
        before = None if self.is_corrupt else instead_of
        try:
            self._write(values, gone, before=before)
        except (sqlite3.Error, OSError):
            pass  # a clone that cannot be written to is checked all the same
        finally:
            self.end()

    def end(self) -> None:
        """Let others write."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _begun(self) -> bool:
        self._open = self._connected("rw")
        self._open.execute("BEGIN")
        found = self._row(b"key")
        return found is not None and found[1] == self._key

    def _write(
        self, values: _Values, gone: Iterable[str], *, before: bytes | None
    ) -> None:
        self.end()
        if self.is_corrupt:
            self._path.unlink(missing_ok=True)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._open = self._connected("rwc")
        self._open.execute("PRAGMA synchronous = OFF")  # the seals tell what was lost
        self._open.execute("BEGIN IMMEDIATE")
        self._open.execute(_TABLE)
        if before is None:
            self._open.execute("DELETE FROM kept")
            self._open.execute(_INSERT, (b"key", b"", self._key))
        elif not self._is_still(before):
            return  # another run was quicker
        rows = (
            (_bytes(name), self._seal(_bytes(name), data), data)
            for name, data in values
        )
        self._open.executemany(_INSERT, rows)
        names = ((_bytes(name),) for name in gone)
        self._open.executemany("DELETE FROM kept WHERE name = ?", names)
        self._open.execute("COMMIT")

    def _is_still(self, state: bytes) -> bool:
        """Return whether the state is this one, without reading all of it again."""
        if self._open is None:
            return False
        query = "SELECT 1 FROM kept WHERE name = ? AND seal = ?"
        row = b"state", self._seal(b"state", state)
        return self._open.execute(query, row).fetchone() is not None

    def _connected(self, mode: str) -> sqlite3.Connection:
        address = f"{self._path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )

    def _row(self, name: bytes) -> tuple[bytes, bytes] | None:
        if self._open is None:
            return None
        query = "SELECT seal, data FROM kept WHERE name = ?"
        found = self._open.execute(query, (name,)).fetchone()
        return cast("tuple[bytes, bytes] | None", found)

    def _unsealed(self, name: str) -> bytes | None:
        key = _bytes(name)
        row = self._row(key)
        if row is not None and row[0] != self._seal(key, row[1]):
            raise ValueError("a value is not what it was")
        return None if row is None else row[1]

    def _all_unsealed(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        if self._open is None:
            return
        query = "SELECT name, seal, data FROM kept WHERE name >= ? AND name < ?"
        first = _bytes(prefix)
        after = first[:-1] + bytes([first[-1] + 1])
        rows = cast("_Rows", self._open.execute(query, (first, after)))
        for name, seal, data in rows:
            if seal != self._seal(name, data):
                raise ValueError("a value is not what it was")
            yield name[len(first) :].decode("utf-8", "surrogatepass"), data

    def _seal(self, name: bytes, data: bytes) -> bytes:
        digest = hashlib.blake2b(name + b"\0", key=self._key, digest_size=16)
        digest.update(data)
        return digest.digest()

    def _tried(self, ask: Callable[[], _T]) -> _T | None:
        """Return an answer, None where the file has none because something is wrong."""
        try:
            return ask()
        except sqlite3.Error as error:
            code: object = getattr(error, "sqlite_errorcode", None)
            self.is_corrupt |= code not in _PASSING
        except (ValueError, TypeError):
            self.is_corrupt = True
        return None


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def cache_file(root: Path) -> Path | None:
    """Return where results are kept: in the repository's own folder, or nowhere."""
    for folder in (root, *root.parents):
        entry = folder / ".git"
        if entry.is_dir():
            return entry / "companyos" / "cache" / NAME
        if entry.is_file():
            told = entry.read_text("utf-8", "replace").removeprefix("gitdir:").strip()
            git = (folder / told).resolve()
            return git / "companyos" / "cache" / NAME
    return None


_FOLDERS = (
    *("", "authz", "catalog", "checks", "conditions", "config", "diff", "flags"),
    "config/schema_data",
)


def cache_key() -> str:
    """Return what a kept result depends on beside the file: schemas, code, engines.

    Of all these files it is when they were changed and how large they are, as in the
    stamps of a desired state's own.
    """
    import sys

    import yaml

    import companyos
    from companyos.config.schema_engines import engine

    package = _folder(companyos)
    folders = [package / name for name in _FOLDERS]
    modules = (sys.modules[__name__], yaml, engine().library)
    digest = hashlib.sha256(sys.version.encode())
    for folder in (*folders, *map(_folder, modules)):
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda each: each.name):
                if entry.is_file():
                    stat = entry.stat()
                    row = f"{folder}/{entry.name} {stat.st_mtime_ns} {stat.st_size}\n"
                    digest.update(row.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _folder(module: ModuleType) -> Path:
    return Path(str(module.__file__)).parent
