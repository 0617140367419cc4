"""A release log in memory, with real keys, and the people who write to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from companyos.releases.appending import Appended, Draft, Settled, Writer, append
from companyos.releases.entries import (
    COMPONENTS,
    Artifact,
    Body,
    Entry,
    Part,
    Position,
    Release,
    Source,
    Trust,
    TrustedSigner,
)
from companyos.releases.gates import Evidence
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.paths import entry_path
from companyos.releases.promotion import PromotionPlan, plan_promotion
from companyos.releases.rollback import RollbackPlan, plan_rollback
from companyos.releases.stages import LogSettings, Stage, Stages
from companyos.releases.state import LogState
from companyos.releases.statements import encode
from companyos.releases.store import Author, Publication
from companyos.releases.verification import LastSeen, Verified, verify_log
from companyos.signing import KeySigner, KeyVerifier, generate_key
from companyos.testing import MemoryRemote, MemoryStore

ORIGIN = "companyos.example/releases"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_EVIDENCE = Evidence()

GRANTS = {
    "rita": {"root", "release", "promote:*", "rollback:*"},
    "devin": {"promote:dev"},
    "olga": {"rollback:*"},
    "boris": {"release", "promote:*"},
}


def stage(name: str, after: str | None, soak_seconds: int) -> Stage:
    """Return a stage without services."""
    return Stage(name, after, soak_seconds, grace_seconds=60, services={})


STAGES = Stages(
    stages={
        "dev": stage("dev", None, 0),
        "staging": stage("staging", "dev", 3600),
        "pilot": stage("pilot", "staging", 7200),
    },
    log=LogSettings("main", "origin"),
    digest="sha256:" + "5" * 64,
)


def digest(text: str) -> str:
    """Return a digest that is `text`'s own."""
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def release_of(version: str, commit: str = "c" * 40) -> Release:
    """Return a release of two artifacts whose every digest is its version's own."""
    return Release(
        version=version,
        source=Source(commit, "7" * 40),
        components={part: digest(f"{part} {version}") for part in COMPONENTS},
        artifacts={
            name: Artifact(name, digest(f"{name} {version}"), f"file:{name}.tgz", 9)
            for name in ("api", "web")
        },
        notes=f"What is new in {version}.\nAnd more.",
    )


def trust_of(keys: dict[str, KeySigner], root_threshold: int = 1) -> Trust:
    """Return a signer table of everybody in `GRANTS`."""
    signers = {
        name: TrustedSigner(name, f"{name}@companyos.example", key.public_key, grants)
        for name, grants, key in (
            (name, frozenset(GRANTS[name]), keys[name]) for name in GRANTS
        )
    }
    return Trust(signers, root_threshold)


def no_pause(_lost: int) -> None:
    """Do not wait: nobody else is at work."""


@dataclass
class World:
    """One remote, its people's keys and one clock. `now` is what the clock says."""

    remote: MemoryRemote = field(default_factory=MemoryRemote)
    now: datetime = START
    keys: dict[str, KeySigner] = field(
        default_factory=lambda: {
            name: KeySigner(generate_key()) for name in (*GRANTS, "eve")
        }
    )
    operations: int = 0

    @property
    def trust(self) -> Trust:
        """The signer table this world begins with."""
        return trust_of(self.keys)

    def clone(
        self, before_publish: Callable[[Publication], None] | None = None
    ) -> MemoryStore:
        """Return a fresh clone."""
        store = MemoryStore(self.remote, before_publish)
        store.refresh()
        return store

    def writer(
        self, person: str = "rita", *, store: MemoryStore | None = None
    ) -> Writer:
        """Return what `person` appends with."""
        return Writer(
            store=store or self.clone(),
            signer=self.keys[person],
            verifier=KeyVerifier(),
            author=Author(person, f"{person}@companyos.example"),
            clock=lambda: self.now,
            pause=no_pause,
            attempts=5,
        )

    def record(self, body: Body, person: str = "rita") -> Appended:
        """Append an entry with this body."""
        self.operations += 1
        origin = ORIGIN if self.remote.head is None else None
        done: Appended | Settled[object] = append(
            self.writer(person),
            lambda _state, _head: Draft(body, origin),
            operation_id=f"op-{self.operations}",
            last_seen=None,
        )
        assert isinstance(done, Appended)
        return done

    def begin(self) -> World:
        """Record the first entry and return this world."""
        self.record(self.trust)
        return self

    def release(self, *versions: str) -> None:
        """Record releases, built from the branch's head."""
        for version in versions:
            self.record(release_of(version, self.remote.head or ""))

    def plan(
        self, version: str, to: str, evidence: Evidence = NO_EVIDENCE
    ) -> PromotionPlan | AlreadyThere | Refusal:
        """Plan a promotion on the log as it is."""
        return plan_promotion(
            self.state(),
            version,
            stage=to,
            stages=STAGES,
            now=self.now,
            evidence=evidence,
        )

    def promote(self, version: str, to: str, person: str = "rita") -> Appended:
        """Promote a release whose gates are open."""
        plan = self.plan(version, to)
        assert isinstance(plan, PromotionPlan), plan
        return self.record(plan.body(), person)

    def bring(self, version: str, to: str) -> None:
        """Take a release through the stages up to `to`, soaking as long as it must."""
        for name in STAGES.stages:
            self.promote(version, name)
            self.now += 3 * HOUR
            if name == to:
                return

    def plan_back(
        self, name: str, *, to: str | None = None, only: Sequence[Part] = ()
    ) -> RollbackPlan | AlreadyThere | Refusal:
        """Plan a rollback on the log as it is."""
        return plan_rollback(
            self.state(), name, reason="exports fail", to=to, only=only
        )

    def roll_back(
        self, name: str, *, to: str | None = None, only: Sequence[Part] = ()
    ) -> Appended:
        """Roll a stage back."""
        plan = self.plan_back(name, to=to, only=only)
        assert isinstance(plan, RollbackPlan), plan
        return self.record(plan.body())

    def verify(
        self, *, last_seen: LastSeen | None = None, known: Verified | None = None
    ) -> Verified:
        """Verify the log as a fresh clone finds it."""
        store = self.clone()
        return verify_log(
            store,
            KeyVerifier(),
            head=store.head(),
            last_seen=last_seen,
            known=known or Verified(),
        )

    def state(self) -> LogState:
        """Return what the log says."""
        return self.verify().state

    def file(self, index: int) -> bytes:
        """Return the file of an entry."""
        _, blob = self.remote.files(self.remote.head)[entry_path(index)]
        return self.remote.blobs[blob]

    def entry(self, body: Body, person: str = "rita") -> Entry:
        """Return the entry that would come next."""
        state = self.state()
        return Entry(
            position=Position(ORIGIN, state.size, state.root),
            operation_id=f"forged-{state.size}",
            recorded_at=self.now,
            actor=person,
            body=body,
        )

    def sign(self, entry: Entry, key: str | None = None) -> bytes:
        """Return the entry's file, signed by its actor or with another's key."""
        return self.keys[key or entry.actor].sign(encode(entry))

    def push(self, file: bytes, index: int | None = None) -> str:
        """Push a file as an entry, without asking the log's rules; no tag."""
        place = self.state().size if index is None else index
        return self.remote.add({entry_path(place): file})


def at(entry: Entry, **position: str | int) -> Entry:
    """Return the entry with other words about its position."""
    changed = replace(entry.position, **position)  # type: ignore[arg-type]  # by name
    return replace(entry, position=changed)


def settled(done: Appended | Settled[object]) -> object:
    """Return the answer of an append that appended nothing."""
    assert isinstance(done, Settled)
    return done.answer
