"""What every gate is asked, and how it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from companyos.releases.entries import GateVerdict
from companyos.releases.stages import Stage
from companyos.releases.state import LogState, RecordedRelease


class ArtifactCheck(StrEnum):
    """What came of hashing an artifact, if it was at hand."""

    MATCHES = "matches"
    DIFFERS = "differs"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out beside the log; a name that is missing was not looked at."""

    artifacts: Mapping[str, ArtifactCheck] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """May this release come to this stage now?"""

    state: LogState
    release: RecordedRelease
    stage: Stage
    evidence: Evidence
    now: datetime

    @property
    def version(self) -> str:
        """Return the version that is asked about."""
        return self.release.release.version


@dataclass(frozen=True, slots=True)
class GateResult:
    """How one gate stands for one question, why, and when waiting opens it."""

    gate: str
    verdict: GateVerdict
    detail: str
    opens_at: datetime | None = None
