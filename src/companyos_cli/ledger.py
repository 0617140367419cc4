"""The release log as this clone sees it, and the one way commands add to it.

What was seen last is remembered in the clone's private folder, so that a log that was
cut off or rewritten since is refused even where everything in it is well signed.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from companyos.errors import IntegrityError, UnavailableError, UsageError
from companyos.releases.appending import Appended, Decide, Settled, Writer, append
from companyos.releases.signatures import Signer
from companyos.releases.stages import Stages
from companyos.releases.state import LogState
from companyos.releases.store import Author
from companyos.releases.trust import signer_with_key
from companyos.releases.verification import (
    NOTHING_VERIFIED,
    LastSeen,
    Verified,
    verify_head,
)
from companyos_cli import wiring

_Answer = TypeVar("_Answer")


@dataclass
class Ledger:
    """One workspace's release log."""

    workspace: wiring.Workspace
    _known: Verified = NOTHING_VERIFIED

    def read(self) -> Verified:
        """Fetch the log, verify it and remember it.

        Raises:
            IntegrityError: it does not hold, or is not what was seen before.
            UnavailableError: the remote does not answer.
        """
        # Before the fetch: what another command of this clone sees after it must not
        # make this one's log look cut off.
        _ = self.last_seen
        self.workspace.store.refresh()
        return self.read_here()

    def read_here(self) -> Verified:
        """Verify the log as far as this clone has it, and remember it."""
        return self._read_on(NOTHING_VERIFIED)

    def read_started(self, *, offline: bool = False) -> Verified:
        """Return the verified log, which must have been started.

        Raises:
            UsageError: there is no release log yet.
        """
        verified = self.read_here() if offline else self.read()
        if not verified.state.size:
            raise UsageError(
                "there is no release log yet",
                hint="`companyos trust init` starts it with who may sign",
            )
        return verified

    def append(
        self,
        decide: Decide[_Answer],
        *,
        key_file: Path | None,
        operation: str | None,
    ) -> Appended | Settled[_Answer]:
        """Append what `decide` drafts, going on from what was read before."""
        signer = self.workspace.signer(key_file)
        known = self._known
        writer = Writer(
            store=self.workspace.store,
            signer=signer,
            verifier=self.workspace.verifier,
            author=_author(known.state, signer),
            clock=wiring.now,
            pause=wiring.pause,
            attempts=wiring.ATTEMPTS,
        )
        done = append(
            writer,
            decide,
            operation_id=operation or wiring.new_operation(),
            last_seen=self.last_seen,
            known=known,
        )
        if isinstance(done, Appended):
            # The entry just written is the one that must not go missing unseen.
            self._read_on(known)
        return done

    def stages_at(self, head: str | None) -> Stages:
        """Return the stages in force: the log branch's own, else the checked-out ones.

        A branch that carries nothing but the log has no `config/` of its own.
        """
        store = self.workspace.store
        for commit in (head, "HEAD"):
            if commit is None:
                continue
            found = wiring.read_commit(store, store.resolve(commit), wiring.STAGES_FILE)
            if found:
                return wiring.stages_from(found)
        raise UsageError(
            f"`{wiring.STAGES_FILE}` is not committed",
            hint="commit it: what governs releases is what was reviewed",
        )

    @property
    def refs(self) -> tuple[str, ...]:
        """The refs of this clone that may carry the log, the remote's first."""
        log = self.workspace.local_stages.log
        return (f"refs/remotes/{log.remote}/{log.branch}", f"refs/heads/{log.branch}")

    @cached_property
    def last_seen(self) -> LastSeen | None:
        """What this clone remembered of the log when it was first asked."""
        return self._recall()

    def _recall(self) -> LastSeen | None:
        try:
            data = json.loads(self._memory.read_bytes())
            return LastSeen(int(data["size"]), str(data["root"]), str(data["head"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrityError(
                f"what was seen last cannot be read: `{self._memory}`",
                hint="restore the file; without it a log cut off since goes unseen",
            ) from error

    def _read_on(self, known: Verified) -> Verified:
        """Verify what came after `known`, and remember how far the log has come."""
        verified = verify_head(
            self.workspace.store,
            self.workspace.verifier,
            last_seen=self.last_seen,
            known=known,
        )
        self.remember(verified)
        self._known = verified
        return verified

    @property
    def _memory(self) -> Path:
        return self.workspace.private_folder / "last-seen.json"

    def remember(self, verified: Verified) -> None:
        """Keep how far the log had come, for the next time."""
        seen = verified.last_seen()
        # Read again: another command of this clone may have seen more meanwhile.
        known = self._recall()
        if seen is None or (known is not None and known.size >= seen.size):
            return
        document = {"size": seen.size, "root": seen.root, "head": seen.head}
        write_whole(self._memory, json.dumps(document).encode())


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step: a reader sees the old bytes or the new ones.

    Raises:
        UnavailableError: it cannot be written: the disk is full, or it is not ours.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UnavailableError(
            f"`{path}` cannot be written: {error.strerror}",
            hint="it is as it was; make room or access for it and run this again",
        ) from error


def _author(state: LogState, signer: Signer) -> Author:
    trusted = state.trust and signer_with_key(state.trust, signer.public_key)
    if not trusted:
        return Author("companyos", "companyos@localhost")
    email = trusted.person if "@" in trusted.person else f"{trusted.person}@localhost"
    return Author(trusted.signer_id, email)
