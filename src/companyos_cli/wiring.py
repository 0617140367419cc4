"""The composition root: where clock, environment, files, Git and keys come together.

Commands take what they need from a `Workspace`. Everything heavy is imported when it is
first needed, so that `companyos --help` costs no more than Typer does.
"""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from companyos.errors import UsageError
from companyos_cli.session import Session

if TYPE_CHECKING:
    from companyos.config.sources import Sources
    from companyos.gitstore import GitStore
    from companyos.identity.backend import Surroundings
    from companyos.releases.signatures import Signer, Verifier
    from companyos.releases.stages import Stages

CONFIG_FOLDER = "config"
STAGES_FILE = "config/stages.yaml"
ATTEMPTS = 40
"""How often a lost race is tried again before the answer is `busy`."""

PAUSE_SECONDS = 0.05
PAUSE_SECONDS_MAX = 1.0


def now() -> datetime:
    """Return the present time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def day(text: str | None) -> date:
    """Return the day that dates are judged by: `text`, else today in UTC.

    Raises:
        UsageError: `text` is not a date.
    """
    if text is None:
        return now().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"`{text}` is not a day", hint="write it as `2027-01-31`"
        ) from error


def moment(text: str | None) -> datetime:
    """Return the time that is asked about: `text` with its zone, else now.

    Raises:
        UsageError: `text` is not a time with a zone.
    """
    if text is None:
        return now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"`{text}` is not a time", hint="write it as `2027-01-31T12:00:00Z`"
        ) from error
    if found.tzinfo is None:
        raise UsageError(
            f"`{text}` has no time zone",
            hint="end it with `Z` for UTC or with `+01:00`",
        )
    return found


def pause(attempt: int) -> None:
    """Wait before trying again, longer each time and never in step with others."""
    longest = min(PAUSE_SECONDS * 2**attempt, PAUSE_SECONDS_MAX)
    time.sleep(random.uniform(0, longest))  # noqa: S311 - jitter, not a secret


def wall_clock_ns() -> int:
    """Return the present time in ns, to be held against the stamps of files."""
    return time.time_ns()


PROGRESS_AFTER = 0.3
"""Seconds after which a person is told how far the reading is."""


@contextmanager
def reading_progress(session: Session) -> Iterator[Callable[[int, int], None]]:
    """Give what tells a person at a terminal how far it is, if it takes long."""
    start = time.monotonic()
    shown = False

    def tell(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - start > PROGRESS_AFTER:
            shown = session.console.show_progress(f"reading {done} of {total} files")

    try:
        yield tell
    finally:
        if shown:
            session.console.show_progress("")


def wait(seconds: float) -> None:
    """Wait before the next round."""
    time.sleep(seconds)


def new_operation() -> str:
    """Return a name for one run that no other run has."""
    return str(uuid.uuid4())


def environment(name: str) -> str | None:
    """Return an environment variable, None where it is unset or empty."""
    return os.environ.get(name) or None


def find_root(start: Path) -> Path:
    """Return the nearest folder from `start` upwards that holds `config/`.

    Raises:
        UsageError: there is none.
    """
    for folder in (start, *start.parents):
        if (folder / CONFIG_FOLDER).is_dir():
            return folder
    raise UsageError(
        f"no `config/` in `{start}` or above it",
        hint="run `companyos init` to start one here, or name it with `--repo DIR`",
    )


@dataclass
class Workspace:
    """One repository, as a command sees it."""

    root: Path
    session: Session

    @classmethod
    def of(cls, session: Session) -> Workspace:
        """Return the workspace this run is about.

        Raises:
            UsageError: there is none here.
        """
        if session.repo is None:
            return cls(find_root(Path.cwd()), session)
        if not (session.repo / CONFIG_FOLDER).is_dir():
            raise UsageError(
                f"`{session.repo}` holds no `config/`",
                hint=f"run `companyos --repo {session.repo} init` to start one there",
            )
        return cls(session.repo.resolve(), session)

    @cached_property
    def sources(self) -> Sources:
        """The desired state's files, as they are in the work tree."""
        from companyos.config.sources import read_folder

        return read_folder(self.root)

    @cached_property
    def local_stages(self) -> Stages:
        """The stages as they are in the work tree; where the log is found."""
        path = self.root / STAGES_FILE
        return stages_from({STAGES_FILE: path.read_bytes()} if path.is_file() else {})

    @cached_property
    def store(self) -> GitStore:
        """The release log's repository, branch and remote."""
        from companyos.gitstore import GitStore

        log = self.local_stages.log
        return GitStore.open(self.root, branch=log.branch, remote=log.remote)

    @cached_property
    def verifier(self) -> Verifier:
        """What tells whether an entry's signature holds."""
        from companyos.signing.bundles import KeyVerifier

        return KeyVerifier()

    @property
    def private_folder(self) -> Path:
        """Where this clone keeps what is never committed: its key, what it last saw."""
        return self.store.git_folder / "companyos"

    @property
    def surroundings(self) -> Surroundings:
        """Return what identity backends may use: paths begin at the repository."""
        from companyos.identity.backend import Surroundings

        return Surroundings(self.root, environment, time.monotonic)

    def sources_at(self, commit: str) -> Sources:
        """Return the desired state's files at a commit."""
        return read_commit(self.store, commit)

    def signer(self, key_file: Path | None) -> Signer:
        """Return the signer whose private key is in the file, or this clone's own.

        Raises:
            UsageError: there is no key, or it cannot be read.
        """
        named = key_file or environment("COMPANYOS_KEY")
        path = Path(named) if named else self.private_folder / "key.pem"
        if not path.is_file():
            raise UsageError(
                f"no private key at `{path}`",
                hint="make one with `companyos keys generate`, or name one with "
                "`--key FILE` or COMPANYOS_KEY",
            )
        return self._load_signer(path)

    def _load_signer(self, path: Path) -> Signer:
        from companyos.signing.bundles import KeySigner
        from companyos.signing.keys import load_private_key

        pem = path.read_bytes()
        phrase = environment("COMPANYOS_KEY_PASSPHRASE")
        if phrase is None and b"ENCRYPTED" in pem:
            phrase = self.session.console.secret(f"passphrase of {path}")
        return KeySigner(load_private_key(pem, phrase.encode() if phrase else None))


def stages_from(sources: Sources) -> Stages:
    """Return the stages that a desired state declares.

    Raises:
        InvalidStateError: they have errors.
    """
    from companyos.config.governing import stages_of

    return stages_of(sources)


def read_commit(store: GitStore, commit: str, path: str = CONFIG_FOLDER) -> Sources:
    """Return the desired state's files at a commit, or those below one path."""
    rows = store.files(commit, (path,))
    contents = store.contents([row.blob for row in rows])
    found: Mapping[str, bytes] = {
        row.path: data
        for row, data in zip(rows, contents, strict=True)
        if row.mode.startswith("100")
    }
    return found
