from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from access_tokens import EcSigner, jwks
from bundles import (
    flags_document,
    policies_document,
    put_in_force,
    root_of,
    tenants_document,
    write_version,
)
from companyos.asgi.bundle_watch import Attempt, BundleWatch, Outcome, Sources
from companyos.asgi.loaded import Loaded
from companyos.digests import JSONObject
from companyos.errors import UnavailableError
from companyos.identity.opening import open_directory
from identity_directories import around

START = datetime(2027, 1, 15, 8, tzinfo=UTC)


class Watched:
    """A watch over a directory of its own, polled by hand, an hour between polls."""

    def __init__(self, directory: Path) -> None:
        self.bundle = directory / "bundle"
        self.jwks = directory / "jwks.json"
        self.jwks.write_bytes(jwks())
        self.now = START
        self.told: list[tuple[str, str | None, str | None]] = []
        self.unprepared = False
        self.watch = BundleWatch(
            Sources(self.bundle, self.jwks),
            now=lambda: self.now,
            open_directory=lambda identity: open_directory(identity, around()),
            prepare=self._prepare,
            on_attempt=self._tell,
        )

    def _prepare(self, loaded: Loaded) -> None:
        del loaded
        if self.unprepared:
            raise UnavailableError("the database failed")

    def _tell(self, attempt: Attempt, loaded: Loaded | None) -> None:
        root = None if loaded is None else loaded.snapshot.root
        self.told.append((attempt.outcome.value, attempt.reason, root))

    def poll(self) -> str | None:
        """Poll, an hour after the last time, and return the root that is in use."""
        self.now += timedelta(hours=1)
        self.watch.poll()
        loaded = self.watch.loaded
        return None if loaded is None else loaded.snapshot.root

    def failed(self, words: str) -> bool:
        """Return whether the last attempt failed, now, for this reason."""
        attempt = self.watch.last_attempt
        assert attempt is not None
        return (
            attempt.outcome is Outcome.FAILED
            and attempt.at == self.now
            and words in str(attempt.reason)
        )


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """Give a watch over a directory where nothing is yet."""
    return Watched(tmp_path)


def in_force(
    watched: Watched, flags: JSONObject | None = None, *, entry: int = 6
) -> Path:
    """Write a version, put it in force, and return its path."""
    version = write_version(watched.bundle, flags=flags, entry=entry)
    put_in_force(watched.bundle, version)
    return version


def test_without_a_directory_nothing_is_loaded(watched: Watched) -> None:
    """A service may start before its configuration arrives."""
    assert watched.poll() is None
    assert watched.failed("leads nowhere")


def test_the_version_in_force_is_loaded_and_the_next_follows(watched: Watched) -> None:
    """What `current` names is what decides, from the poll after the change."""
    first = in_force(watched)
    assert watched.poll() == root_of(first)
    second = in_force(watched, flags_document(bulk_in_pilot_b=True), entry=7)
    assert watched.poll() == root_of(second)
    put_in_force(watched.bundle, first)
    assert watched.poll() == root_of(first)
    assert watched.told == [
        ("loaded", None, root_of(first)),
        ("loaded", None, root_of(second)),
        ("loaded", None, root_of(first)),
    ]


def test_an_unchanged_directory_is_no_attempt(watched: Watched) -> None:
    """The time of the last attempt is the time of the last change."""
    in_force(watched)
    watched.poll()
    loaded, first = watched.watch.loaded, watched.now
    watched.poll()
    attempt = watched.watch.last_attempt
    assert attempt == Attempt(first, Outcome.LOADED)
    assert watched.watch.loaded is loaded


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("flags.json", None, "flags.json"),
        ("flags.json", b"", "flags.json"),
        ("policies.json", b"{}", "policies.json"),
        ("manifest.json", None, "manifest.json"),
        ("manifest.json", b"{}", "manifest"),
        ("manifest.json", b"\xff", "not strict JSON"),
        ("manifest.json", b"[" * 100_000, "not strict JSON"),
        ("manifest.json", b"[]", "manifest"),
    ],
)
def test_a_version_that_does_not_verify_leaves_the_last_good_one(
    watched: Watched, file: str, content: bytes | None, words: str
) -> None:
    """A missing, half-written or strange file changes nothing but the report."""
    good = in_force(watched)
    watched.poll()
    broken = in_force(watched, flags_document(bulk_in_pilot_b=True))
    whole = (broken / file).read_bytes()
    if content is None:
        (broken / file).unlink()
    else:
        (broken / file).write_bytes(content)
    assert watched.poll() == root_of(good)
    assert watched.failed(words)
    assert watched.poll() == root_of(good)
    assert watched.failed(words)
    assert [outcome for outcome, _, _ in watched.told] == ["loaded", "failed"]
    (broken / file).write_bytes(whole)
    assert watched.poll() == root_of(broken)


def test_files_of_two_versions_are_refused_together(watched: Watched) -> None:
    """Policies of one release with flags of another were never released."""
    good = in_force(watched)
    watched.poll()
    mixed = in_force(watched, flags_document(bulk_in_pilot_b=True))
    (mixed / "flags.json").write_bytes((good / "flags.json").read_bytes())
    assert watched.poll() == root_of(good)
    assert watched.failed("flags.json")


def test_a_moved_log_position_is_taken_over_and_keeps_the_age(watched: Watched) -> None:
    """The same configuration at a later entry is not a new configuration."""
    in_force(watched, entry=6)
    watched.poll()
    before = watched.watch.loaded
    in_force(watched, entry=9)
    watched.poll()
    after = watched.watch.loaded
    assert before is not None
    assert after is not None
    assert (before.log_entry, after.log_entry) == (6, 9)
    assert after.loaded_at == before.loaded_at < watched.now


def test_new_token_keys_are_taken_over_and_bad_ones_are_not(watched: Watched) -> None:
    """A file that is no key set leaves the keys that worked."""
    in_force(watched)
    watched.poll()
    watched.jwks.write_bytes(jwks(EcSigner("second").jwk()))
    watched.poll()
    watched.jwks.write_bytes(b'{"keys": []}')
    watched.poll()
    loaded = watched.watch.loaded
    assert loaded is not None
    assert set(loaded.keys) == {"second"}
    assert watched.failed("no key that verifies")


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ({"tokens": None}, "which tokens"),
        ({"backend": "ldap"}, "no identity backend `ldap`"),
    ],
)
def test_a_configuration_that_this_service_cannot_serve_is_refused(
    watched: Watched, identity: JSONObject, words: str
) -> None:
    """It verifies, but nobody could be identified by it."""
    document = dict(tenants_document())
    known = document["identity"]
    assert isinstance(known, dict)
    document["identity"] = {**known, **identity}
    version = write_version(watched.bundle, tenants=document)
    put_in_force(watched.bundle, version)
    assert watched.poll() is None
    assert watched.failed(words)


def test_a_configuration_that_cannot_be_prepared_is_not_used(watched: Watched) -> None:
    """Nothing is decided by it until everything it needs is there."""
    version = in_force(watched)
    watched.unprepared = True
    assert watched.poll() is None
    assert watched.failed("the database failed")
    watched.unprepared = False
    assert watched.poll() == root_of(version)


def test_readers_never_see_half_a_change(watched: Watched) -> None:
    """While versions change, what is loaded is always one whole version."""
    versions = [
        write_version(watched.bundle),
        write_version(watched.bundle, flags=flags_document(bulk_in_pilot_b=True)),
    ]
    flags = {}
    for version in versions:
        put_in_force(watched.bundle, version)
        watched.poll()
        loaded = watched.watch.loaded
        assert loaded is not None
        flags[root_of(version)] = loaded.snapshot.flags.digest
    done = threading.Event()
    seen: set[tuple[str, str]] = set()

    def read() -> None:
        while not done.is_set():
            found = watched.watch.loaded
            assert found is not None
            seen.add((found.snapshot.root, found.snapshot.flags.digest))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(500):
        put_in_force(watched.bundle, versions[number % 2])
        watched.poll()
        if number >= 20 and len(seen) >= len(versions):
            break
    done.set()
    reader.join()
    assert seen == set(flags.items())


def test_a_reload_reads_again_what_looks_unchanged(watched: Watched) -> None:
    """Whoever asks for a reload gets an attempt, and a good one keeps its age."""
    in_force(watched)
    watched.poll()
    watched.watch.reload()
    watched.poll()
    attempt, loaded = watched.watch.last_attempt, watched.watch.loaded
    assert loaded is not None
    assert attempt == Attempt(watched.now, Outcome.LOADED)
    assert loaded.loaded_at < watched.now


def test_policies_alone_may_change(watched: Watched) -> None:
    """The other components keep their digests."""
    in_force(watched)
    watched.poll()
    before = watched.watch.loaded
    document = dict(policies_document())
    bundles = document["bundles"]
    assert isinstance(bundles, dict)
    document["bundles"] = {**bundles, "internal-only": bundles["pilot-standard"]}
    version = write_version(watched.bundle, policies=document)
    put_in_force(watched.bundle, version)
    watched.poll()
    after = watched.watch.loaded
    assert before is not None
    assert after is not None
    changed = {
        name
        for name, digest in after.snapshot.components.items()
        if before.snapshot.components[name] != digest
    }
    assert changed == {"policies"}
