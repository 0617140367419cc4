"""Planners: what the library plans, given what only the command can find out.

For a promotion that is whether the artifacts at hand are those that were released; for
a rollback, whether the parts it puts together make a valid desired state.
"""

from __future__ import annotations

from dataclasses import dataclass

from companyos.errors import InvalidStateError
from companyos.releases.eligibility import release_named, stage_named
from companyos.releases.entries import Body, Part, Promotion, Rollback
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.promotion import PromotionPlan, plan_promotion
from companyos.releases.rollback import RollbackPlan, plan_rollback
from companyos.releases.stages import Stages
from companyos.releases.state import LogState
from companyos_cli import artifacts, wiring
from companyos_cli.desired import DesiredStates
from companyos_cli.moving import Planner


@dataclass(frozen=True, slots=True)
class RollbackWish:
    """What the command line asks to take back."""

    stage: str
    reason: str
    to: str | None
    only: tuple[Part, ...]

    def is_it(self, body: Body) -> bool:
        """Return whether an entry's body is what is asked for."""
        return (
            isinstance(body, Rollback)
            and body.stage == self.stage
            and body.reason == self.reason.strip()
            and self.to in (None, body.target)
            and set(self.only or Part) == set(body.only or Part)
        )


def is_promotion(body: Body, version: str, *, stage: str) -> bool:
    """Return whether an entry's body brought this release to this stage."""
    return isinstance(body, Promotion) and (body.version, body.stage) == (
        version,
        stage,
    )


def promotion_planner(
    workspace: wiring.Workspace, version: str, *, stage: str
) -> Planner:
    """Return the planner of one promotion."""

    def plan(state: LogState, stages: Stages) -> PromotionPlan | AlreadyThere | Refusal:
        release = release_named(state, version).release
        return plan_promotion(
            state,
            version,
            stage=stage,
            stages=stages,
            now=wiring.now(),
            evidence=artifacts.evidence(release, state, root=workspace.root),
        )

    return plan


def rollback_planner(workspace: wiring.Workspace, wish: RollbackWish) -> Planner:
    """Return the planner of one rollback."""

    def plan(state: LogState, stages: Stages) -> RollbackPlan | AlreadyThere | Refusal:
        stage_named(stages, wish.stage)
        found = plan_rollback(
            state, wish.stage, reason=wish.reason, to=wish.to, only=wish.only
        )
        if not isinstance(found, RollbackPlan):
            return found
        return _fitting(workspace, state, found)

    return plan


def is_last(stages: Stages, stage: str) -> bool:
    """Return whether a stage is the end of the way, where mistakes cost most."""
    return bool(stages.stages) and stage == tuple(stages.stages)[-1]


def _fitting(
    workspace: wiring.Workspace, state: LogState, plan: RollbackPlan
) -> RollbackPlan | Refusal:
    try:
        DesiredStates(workspace, state).compiled(plan.content)
    except InvalidStateError as error:
        first = error.findings[0]
        return Refusal(
            f"the parts do not fit together: {first.place}: {first.message}"
            + (f" (and {len(error.findings) - 1} more)" if error.findings[1:] else ""),
            hint="take more parts back with it, or everything",
        )
    return plan
