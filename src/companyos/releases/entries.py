"""The entries of the release log, as values.

An entry is an in-toto statement. Its predicate carries the log position, so that each
signature commits to everything before it: `prev_root` is the RFC 6962 root over the
exact bytes of all earlier entry files. `statements` turns entries into bytes and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """What an entry records."""

    TRUST = "trust"
    RELEASE = "release"
    EVIDENCE = "evidence"
    APPROVAL = "approval"
    PROMOTION = "promotion"
    CANARY = "canary"
    ROLLBACK = "rollback"
    HOLD = "hold"
    FREEZE = "freeze"
    NOTE = "note"


class Part(StrEnum):
    """The parts of a release that can be taken back alone."""

    ARTIFACTS = "artifacts"
    TENANTS = "tenants"
    POLICIES = "policies"
    FLAGS = "flags"


PARTS = tuple(Part)
COMPONENTS = (Part.TENANTS, Part.POLICIES, Part.FLAGS)
"""The parts that are compiled from the desired state, in their written order."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in which log an entry stands."""

    origin: str
    index: int
    prev_root: str


@dataclass(frozen=True, slots=True)
class TrustedSigner:
    """Someone who may sign. `person` is who it is, whatever number of keys they have.

    `may` holds grants: `root`, `release`, `promote:<stage>`, `rollback:<stage>`, and
    later kinds' own; `promote:*` is every stage.
    """

    signer_id: str
    person: str
    public_key: str
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may sign what, from this position on."""

    signers: Mapping[str, TrustedSigner]
    root_threshold: int


@dataclass(frozen=True, slots=True)
class Source:
    """The commit a release was built from (SHA-1 ids: names, not proofs)."""

    commit: str
    tree: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """One service artifact: a file's or an OCI image's digest, and where it was."""

    name: str
    digest: str
    uri: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """One version: the digests of everything that moves together.

    `components` has exactly `COMPONENTS`; `artifacts` is keyed by `Artifact.name`.
    """

    version: str
    source: Source
    components: Mapping[Part, str]
    artifacts: Mapping[str, Artifact]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What a stage carries: which release each part is from, and what that makes.

    `versions` names every part. `digests` has what those releases say, by subject:
    `tenants.json`, `policies.json`, `flags.json` and `artifacts/<name>`; in an entry
    it is the statement's subjects, so any in-toto tool can match files against them.
    """

    versions: Mapping[Part, str]
    digests: Mapping[str, str]

    @property
    def version(self) -> str | None:
        """Return the one release all parts are from, None where it is composed."""
        found = set(self.versions.values())
        return found.pop() if len(found) == 1 else None


class GateVerdict(StrEnum):
    """How a gate stands. Only `open` lets a release through."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GateRecord:
    """How one gate stood when a promotion was decided."""

    gate: str
    verdict: GateVerdict
    detail: str


@dataclass(frozen=True, slots=True)
class Promotion:
    """A release came to a stage, whole.

    `previous` is the index of the entry that put there what it replaces. `gates` is
    how each gate stood; `stages_digest` is the file that asked for them.
    """

    stage: str
    version: str
    content: Content
    previous: int | None
    gates: tuple[GateRecord, ...]
    stages_digest: str


@dataclass(frozen=True, slots=True)
class Rollback:
    """A stage went back: all of it, or the parts in `only`, to what `target` was.

    `held` are the versions that may not come back to this stage until the hold ends.
    """

    stage: str
    reason: str
    target: str
    only: tuple[Part, ...]
    content: Content
    previous: int
    held: tuple[str, ...]


Body: TypeAlias = Trust | Release | Promotion | Rollback


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, its signature already held to be good or not yet made.

    `recorded_at` is what the writer's clock said, in whole seconds of UTC. Clocks
    disagree, so it never decides about order: the index does.
    """

    position: Position
    operation_id: str
    recorded_at: datetime
    actor: str
    body: Body

    @property
    def kind(self) -> Kind:
        """Return what the entry records."""
        match self.body:
            case Trust():
                return Kind.TRUST
            case Release():
                return Kind.RELEASE
            case Promotion():
                return Kind.PROMOTION
            case Rollback():
                return Kind.ROLLBACK
