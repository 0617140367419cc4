"""May a release come to a stage? One answer for list, plan, dry run and act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companyos.errors import UsageError
from companyos.releases.entries import GateRecord, GateVerdict
from companyos.releases.gates import GATES, Evidence, GateResult, Question
from companyos.releases.stages import Stage, Stages
from companyos.releases.state import LogState, RecordedRelease


@dataclass(frozen=True, slots=True)
class Eligibility:
    """How every gate stands for a release and a stage."""

    version: str
    stage: str
    gates: tuple[GateResult, ...]

    @property
    def verdict(self) -> GateVerdict:
        """Return closed if any gate is, else unknown if any is, else open."""
        verdicts = {result.verdict for result in self.gates}
        if GateVerdict.CLOSED in verdicts:
            return GateVerdict.CLOSED
        # No gates at all would be a mistake of ours, and not a reason to let through.
        open_to_all = verdicts == {GateVerdict.OPEN}
        return GateVerdict.OPEN if open_to_all else GateVerdict.UNKNOWN

    @property
    def is_eligible(self) -> bool:
        """Return whether the release may come now."""
        return self.verdict is GateVerdict.OPEN

    def records(self) -> tuple[GateRecord, ...]:
        """Return how the gates stood, as a promotion records it."""
        return tuple(
            GateRecord(each.gate, each.verdict, each.detail) for each in self.gates
        )


def eligible(
    state: LogState,
    version: str,
    *,
    stage: str,
    stages: Stages,
    now: datetime,
    evidence: Evidence,
) -> Eligibility:
    """Return how every gate stands for `version` coming to `stage` at `now`.

    Raises:
        UsageError: no such release, or no such stage.
    """
    question = Question(
        state=state,
        release=release_named(state, version),
        stage=stage_named(stages, stage),
        evidence=evidence,
        now=now,
    )
    return Eligibility(version, stage, tuple(gate(question) for gate in GATES))


def eligibilities(
    state: LogState, stage: str, *, stages: Stages, now: datetime, evidence: Evidence
) -> tuple[Eligibility, ...]:
    """Return how every recorded release stands for `stage`, newest first."""
    return tuple(
        eligible(state, version, stage=stage, stages=stages, now=now, evidence=evidence)
        for version in reversed(tuple(state.releases))
    )


def release_named(state: LogState, version: str) -> RecordedRelease:
    """Return a recorded release.

    Raises:
        UsageError: the log has none of this version.
    """
    recorded = state.releases.get(version)
    if recorded is None:
        raise UsageError(
            f"no release `{version}` is recorded",
            hint=f"`companyos release build {version}` makes one",
        )
    return recorded


def stage_named(stages: Stages, stage: str) -> Stage:
    """Return a declared stage.

    Raises:
        UsageError: there is none of this name.
    """
    found = stages.stages.get(stage)
    if found is None:
        names = ", ".join(stages.stages)
        raise UsageError(f"no stage `{stage}`", hint=f"the stages are: {names}")
    return found
