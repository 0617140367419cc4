"""The plan to bring a release to a stage, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companyos.releases.composition import whole
from companyos.releases.eligibility import Eligibility, eligible, release_named
from companyos.releases.entries import Content, Promotion
from companyos.releases.gates import Evidence
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.stages import Stages
from companyos.releases.state import LogState


@dataclass(frozen=True, slots=True)
class PromotionPlan:
    """What a promotion would do, decided on the log with this size and root."""

    stage: str
    version: str
    content: Content
    before: Content | None
    previous: int | None
    eligibility: Eligibility
    stages_digest: str
    log_size: int
    log_root: str

    def body(self) -> Promotion:
        """Return the entry's body that carries the plan out."""
        return Promotion(
            stage=self.stage,
            version=self.version,
            content=self.content,
            previous=self.previous,
            gates=self.eligibility.records(),
            stages_digest=self.stages_digest,
        )


def plan_promotion(
    state: LogState,
    version: str,
    *,
    stage: str,
    stages: Stages,
    now: datetime,
    evidence: Evidence,
) -> PromotionPlan | AlreadyThere | Refusal:
    """Return what bringing `version` to `stage` at `now` would do, or why not.

    Whether the release's desired state validates is not asked here.

    Raises:
        UsageError: no such release, or no such stage.
    """
    found = eligible(
        state, version, stage=stage, stages=stages, now=now, evidence=evidence
    )
    current = state.stage(stage).current
    content = whole(release_named(state, version).release)
    if current is not None and current.content == content:
        return AlreadyThere(stage, current)
    if not found.is_eligible:
        return _refusal(found)
    return PromotionPlan(
        stage=stage,
        version=version,
        content=content,
        before=None if current is None else current.content,
        previous=None if current is None else current.index,
        eligibility=found,
        stages_digest=stages.digest,
        log_size=state.size,
        log_root=state.root,
    )


def _refusal(found: Eligibility) -> Refusal:
    objections = [gate for gate in found.gates if gate.verdict != "open"]
    shown = "; ".join(f"{gate.gate}: {gate.detail}" for gate in objections)
    times = [gate.opens_at for gate in objections]
    waiting = [time for time in times if time is not None]
    # Waiting helps only if it is all that is missing.
    helps = len(waiting) == len(objections)
    return Refusal(
        reason=f"`{found.version}` may not come to `{found.stage}`: {shown}",
        eligibility=found,
        opens_at=max(waiting) if helps else None,
    )
