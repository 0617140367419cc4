"""Keeps a service on the newest configuration that verifies, without ever stopping.

`DIR/current` names the version in force. A version is read, verified against its
manifest and built completely before it replaces the one in use, by one assignment. One
that does not verify changes nothing but `last_attempt`: the last good one stays. While
none was ever good there is nothing to decide by, and the service answers nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from companyos.asgi.loaded import Loaded
from companyos.asgi.tokens import KeyRing, TokenRules, read_jwks
from companyos.digests import digest_of
from companyos.errors import CompanyosError, UnavailableError, UsageError
from companyos.identity import Directory
from companyos.identity.settings import IdentitySettings
from companyos.snapshot import Snapshot, read_manifest, verify_bundle

CURRENT = "current"
MANIFEST = "manifest.json"
FILE_BYTES_MAX = 256 * 1024 * 1024


class Outcome(StrEnum):
    """How the last attempt to load a configuration ended."""

    LOADED = "loaded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last time a new configuration was tried; `reason` says why it failed."""

    at: datetime
    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where configuration and token keys are read from."""

    bundle: Path
    jwks: Path


class BundleWatch:
    """Follows one bundle directory and one JWKS file.

    `open_directory` opens the directory of subjects that a configuration asks for; the
    one in use stays for as long as the same is asked for, and with it what it
    remembers. `prepare` makes ready what a configuration needs before it is used; if
    that fails, so does loading. `on_attempt` is told of every new configuration and of
    every new failure, with what is in use then. All run on the watching thread.
    """

    def __init__(
        self,
        sources: Sources,
        *,
        now: Callable[[], datetime],
        open_directory: Callable[[IdentitySettings], Directory],
        prepare: Callable[[Loaded], None],
        on_attempt: Callable[[Attempt, Loaded | None], None],
    ) -> None:
        self._sources = sources
        self._open_directory = open_directory
        self._now = now
        self._prepare = prepare
        self._on_attempt = on_attempt
        self._loaded: Loaded | None = None
        self._attempt: Attempt | None = None
        self._seen: tuple[str, ...] = ()
        self._wake = threading.Event()
        self._forced = False
        self._stopping = False
        self._polling = threading.Lock()

    @property
    def loaded(self) -> Loaded | None:
        """Return what is in use now."""
        return self._loaded

    @property
    def last_attempt(self) -> Attempt | None:
        """Return how the last attempt ended, or None before the first."""
        return self._attempt

    def poll(self) -> None:
        """Load what changed since the last poll. A failure is tried again each time."""
        with self._polling:
            try:
                seen = self._fingerprint()
                if seen == self._seen and not self._forced:
                    return
                self._forced = False
                loaded = self._load()
                self._prepare(loaded)
            # The thread's boundary: whatever is wrong with a file that somebody put
            # there, the last good configuration stays and the next poll tries again.
            except Exception as error:  # noqa: BLE001
                self._seen = ()
                self._record(Outcome.FAILED, _reason(error))
                return
            self._seen = seen
            self._loaded = loaded
            self._record(Outcome.LOADED, None)

    def reload(self) -> None:
        """Ask the watching thread to load everything anew, at once."""
        self._forced = True
        self._wake.set()

    def follow(self, every_seconds: float) -> threading.Thread:
        """Start the thread that polls until `stop`."""
        thread = threading.Thread(
            target=self._follow, args=(every_seconds,), name="companyos-watch"
        )
        thread.daemon = True
        thread.start()
        return thread

    def stop(self) -> None:
        """End the watching thread."""
        self._stopping = True
        self._wake.set()

    def _follow(self, every_seconds: float) -> None:
        while not self._stopping:
            self._wake.wait(every_seconds)
            self._wake.clear()
            if not self._stopping:
                self.poll()

    def _fingerprint(self) -> tuple[str, ...]:
        """Return what changes whenever something must be loaded."""
        version = _version_of(self._sources.bundle)
        manifest = digest_of(_read(version / MANIFEST))
        return (str(version), manifest, digest_of(_read(self._sources.jwks)))

    def _load(self) -> Loaded:
        before = self._loaded
        keys = read_jwks(_read(self._sources.jwks))
        fresh = read_bundle(
            self._sources.bundle,
            keys=keys,
            now=self._now(),
            directory_for=self._directory_for,
        )
        if before is not None and before.snapshot.root == fresh.snapshot.root:
            # Only keys or the place in the log are new: the snapshot's age is not.
            return replace(fresh, loaded_at=before.loaded_at)
        return fresh

    def _directory_for(self, identity: IdentitySettings) -> Directory:
        before = self._loaded
        if before is not None:
            in_use = before.snapshot.identity
            if replace(in_use, tokens=None) == replace(identity, tokens=None):
                return before.directory
        return self._open_directory(identity)

    def _record(self, outcome: Outcome, reason: str | None) -> None:
        before = self._attempt
        self._attempt = Attempt(self._now(), outcome, reason)
        same = before is not None and (before.outcome, before.reason) == (
            Outcome.FAILED,
            reason,
        )
        if not same:
            self._on_attempt(self._attempt, self._loaded)


def read_bundle(
    bundle: Path,
    *,
    keys: KeyRing,
    now: datetime,
    directory_for: Callable[[IdentitySettings], Directory],
) -> Loaded:
    """Return the version in force, verified.

    Raises:
        IntegrityError: if the files are not those that the manifest names.
        UnavailableError: if a file is missing or cannot be read.
        UsageError: if the configuration needs what this service does not have.
    """
    # Resolved once, so that a swap in between cannot mix two versions.
    version = _version_of(bundle)
    manifest = read_manifest(_read(version / MANIFEST))
    snapshot = verify_bundle(
        manifest,
        tenants=_read(version / "tenants.json"),
        policies=_read(version / "policies.json"),
        flags=_read(version / "flags.json"),
    )
    return Loaded(
        snapshot=snapshot,
        stage=manifest.stage,
        log_entry=manifest.log.entry,
        loaded_at=now,
        directory=directory_for(snapshot.identity),
        rules=token_rules_of(snapshot),
        keys=keys,
    )


def token_rules_of(snapshot: Snapshot) -> TokenRules:
    """Return what the configuration demands of tokens.

    Raises:
        UsageError: if it says nothing about them.
    """
    tokens = snapshot.identity.tokens
    if tokens is None:
        raise UsageError(
            "the configuration does not say which tokens to accept",
            hint="add `tokens` to config/identity.yaml",
        )
    return TokenRules(
        issuer=tokens.issuer,
        audience=tokens.audience,
        algorithms=frozenset(tokens.algorithms),
        tenants_claim=tokens.tenants_claim,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, CompanyosError):
        return error.message
    return f"unreadable configuration: {type(error).__name__}"


def _version_of(bundle: Path) -> Path:
    try:
        return (bundle / CURRENT).resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UnavailableError(f"`{bundle / CURRENT}` leads nowhere") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnavailableError(f"cannot read `{path}`: {reason}") from error
    if len(data) > FILE_BYTES_MAX:
        raise UsageError(f"`{path}` has more than {FILE_BYTES_MAX} bytes")
    return data
