"""What the release log says once replayed: trust, releases, stages, holds.

A `LogState` is a value; it is made only by `replay`, and everything else (status, tags,
eligibility, plans) is derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from companyos.releases.entries import Content, Kind, Release, Trust
from companyos.releases.merkle import CompactRange


@dataclass(frozen=True, slots=True)
class RecordedRelease:
    """A release and the entry that recorded it."""

    release: Release
    index: int
    recorded_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Occupation:
    """One stay in a stage: what was there, brought by which entry, from when to when.

    `until` is None for the stay that still lasts. Times are the entries' own and may
    run backwards where writers' clocks disagree.
    """

    index: int
    how: Kind
    content: Content
    actor: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A version that may not come to a stage, since the entry `index`."""

    version: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage's stays, oldest first (the last one lasts), and its holds by version."""

    history: tuple[Occupation, ...] = ()
    holds: Mapping[str, Hold] = field(default_factory=dict)

    @property
    def current(self) -> Occupation | None:
        """Return the stay that lasts, None where nothing came here yet."""
        return self.history[-1] if self.history else None

    def has_carried(self, version: str) -> bool:
        """Return whether the release was ever here whole."""
        return any(stay.content.version == version for stay in self.history)


@dataclass(frozen=True, slots=True)
class LogState:
    """The whole log as far as it was replayed.

    `origin` and `trust` are None for the empty log only. `tree` is the RFC 6962 tree
    over the entry files; `roots[n]` was its root, in hexadecimal, after entry n.
    `operations` maps operation ids to entries. `backwards` are entries that say they
    are older than the one before them: clocks that disagree, worth showing, no failure.
    """

    origin: str | None = None
    trust: Trust | None = None
    tree: CompactRange = field(default_factory=CompactRange)
    roots: tuple[str, ...] = ()
    releases: Mapping[str, RecordedRelease] = field(default_factory=dict)
    stages: Mapping[str, StageState] = field(default_factory=dict)
    operations: Mapping[str, int] = field(default_factory=dict)
    last_recorded_at: datetime | None = None
    backwards: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Return how many entries the log has, which is the next one's index."""
        return self.tree.size

    @property
    def root(self) -> str:
        """Return the RFC 6962 root over all entries, in hexadecimal."""
        return self.tree.root().hex()

    def stage(self, stage: str) -> StageState:
        """Return a stage's state, which is empty for one nothing came to yet."""
        return self.stages.get(stage, _NEVER_USED)


EMPTY = LogState()
_NEVER_USED = StageState()
