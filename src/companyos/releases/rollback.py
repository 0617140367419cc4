"""The plan to take a stage, or some parts of it, back to a release it carried.

A rollback goes forward: it is a new entry whose content is an earlier one's. Gates are
not asked, which is why it can only lead to what was at this stage before, whole, and
is not held there. What it leaves is held from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from companyos.errors import UsageError
from companyos.releases.composition import compose, left_behind, taken_back
from companyos.releases.entries import PARTS, Content, Kind, Part, Rollback
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.state import LogState, Occupation, StageState


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """What a rollback would do, decided on the log with this size and root.

    The caller must see whether `content` validates before it carries the plan out:
    its parts may never have been together before.
    """

    stage: str
    reason: str
    target: str
    only: tuple[Part, ...]
    content: Content
    before: Content
    previous: int
    held: tuple[str, ...]
    log_size: int
    log_root: str

    def body(self) -> Rollback:
        """Return the entry's body that carries the plan out."""
        return Rollback(
            stage=self.stage,
            reason=self.reason,
            target=self.target,
            only=self.only,
            content=self.content,
            previous=self.previous,
            held=self.held,
        )


def plan_rollback(
    state: LogState,
    stage: str,
    *,
    reason: str,
    to: str | None = None,
    only: Sequence[Part] = (),
) -> RollbackPlan | AlreadyThere | Refusal:
    """Return what taking `stage` back would do, or why it cannot be taken back.

    Without `to` the target is the release before the one that is there now. Without
    `only` all parts go.

    Raises:
        UsageError: no reason is given, or `to` is no release.
    """
    if not reason.strip():
        raise UsageError("a rollback needs a reason", hint="say it with `--reason`")
    if to is not None and to not in state.releases:
        raise UsageError(f"no release `{to}` is recorded")
    here = state.stage(stage)
    current = here.current
    if current is None:
        return Refusal(f"nothing is at `{stage}`: there is nothing to take back")
    target = _default_target(here) if to is None else _target_named(stage, here, to)
    if isinstance(target, Refusal):
        return target
    return _plan(
        state, current, stage=stage, reason=reason.strip(), target=target, only=only
    )


def _plan(
    state: LogState,
    current: Occupation,
    *,
    stage: str,
    reason: str,
    target: str,
    only: Sequence[Part],
) -> RollbackPlan | AlreadyThere:
    parts = tuple(part for part in PARTS if part in only)
    parts = () if parts == PARTS else parts
    before = current.content
    versions = taken_back(before.versions, parts, target=target)
    if versions == before.versions:
        return AlreadyThere(stage, current)
    releases = {name: state.releases[name].release for name in versions.values()}
    return RollbackPlan(
        stage=stage,
        reason=reason,
        target=target,
        only=parts,
        content=compose(versions, releases),
        before=before,
        previous=current.index,
        held=tuple(left_behind(before.versions, versions)),
        log_size=state.size,
        log_root=state.root,
    )


def _target_named(stage: str, here: StageState, to: str) -> str | Refusal:
    if to in here.holds:
        hold = here.holds[to]
        return Refusal(f"`{to}` is held at `{stage}` since entry {hold.index}")
    if not here.has_carried(to):
        return Refusal(
            f"`{to}` was never at `{stage}`, and a rollback only leads to what was",
            hint=f"`companyos promote {to} --to {stage}` asks its gates",
        )
    return to


def _default_target(here: StageState) -> str | Refusal:
    history = here.history
    now = history[-1].content.version
    for stay in reversed(history[: _arrival(history)]):
        version = stay.content.version
        if version is not None and version != now and version not in here.holds:
            return version
    return Refusal(
        "no earlier release of this stage is left to go back to",
        hint="name one with `--to`, or promote a new release",
    )


def _arrival(history: Sequence[Occupation]) -> int:
    """Return where in the history the release that is there now first arrived.

    A rollback brought back something older, so what came before the rollback is not
    what came before that release: going back from it must not toggle between the two.
    """
    place = len(history) - 1
    version = history[place].content.version
    while history[place].how is Kind.ROLLBACK and version is not None:
        earlier = [
            index
            for index, stay in enumerate(history[:place])
            if stay.content.version == version
        ]
        place = earlier[-1]
    return place
