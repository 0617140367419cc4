"""Why a flag answers what it does: every step that was asked, in order.

The answer is `evaluate`'s own; the steps are asked again one by one, and the last of
them is what decided. So an explanation cannot say anything else than an evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from companyos.conditions import ConditionError
from companyos.flags.evaluation import FlagSource, evaluate, seen_by
from companyos.flags.model import Evaluation
from companyos.flags.ready import ReadyFlag, ReadySplit
from companyos.flags.vocabulary import SplitBy
from companyos.identity.subjects import Subject


class Outcome(StrEnum):
    """What a step came to."""

    PASSED = "passed"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Step:
    """One question on the way: what was asked, whether it decided, and in words."""

    name: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An evaluation and the steps that led to it; an unknown flag has none."""

    evaluation: Evaluation
    steps: tuple[Step, ...]


def explain(
    flag_id: str,
    snapshot: FlagSource,
    *,
    tenant_id: str,
    subject: Subject | None = None,
    context: Mapping[str, object] | None = None,
    now: datetime,
) -> Explanation:
    """Return what the flag answers at `now`, and every step to it."""
    asked = _Asked(snapshot, tenant_id, subject, context, now)
    flag = snapshot.flags.ready.get(flag_id)
    steps: list[Step] = []
    for step in () if flag is None else asked.steps(flag):
        steps.append(step)
        if step.outcome is Outcome.DECIDED:
            break
    return Explanation(asked.evaluation(flag_id), tuple(steps))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks, and of which snapshot."""

    snapshot: FlagSource
    tenant_id: str
    subject: Subject | None
    context: Mapping[str, object] | None
    now: datetime

    def evaluation(self, flag_id: str) -> Evaluation:
        return evaluate(
            flag_id,
            self.snapshot,
            tenant_id=self.tenant_id,
            subject=self.subject,
            context=self.context,
            now=self.now,
        )

    def steps(self, flag: ReadyFlag) -> Iterator[Step]:
        """Yield the steps as `evaluate` takes them; past the deciding one as well."""
        yield _step("state", flag.flag.state.value, decided=flag.disabled is not None)
        yield self._expiry(flag)
        yield self._taking_part(flag)
        yield from self._prerequisites(flag)
        yield self._override(flag)
        yield from self._rules(flag)
        yield self._rollout(flag)
        yield _step("default", f"answers `{flag.flag.default}`", decided=True)

    def _expiry(self, flag: ReadyFlag) -> Step:
        at = flag.flag.expires_at
        if at is None:
            return _step("expiry", "has no date", decided=False)
        gone = self.now >= at
        changes = flag.expires_at is not None
        effect = "then answers the default" if changes else "which changes no answer"
        word = "expired" if gone else "expires"
        return _step(
            "expiry", f"{word} {at.isoformat()}, {effect}", decided=gone and changes
        )

    def _taking_part(self, flag: ReadyFlag) -> Step:
        tenant = self.snapshot.tenants.get(self.tenant_id)
        inside = tenant is not None and flag.flag_id in tenant.feature_flags
        detail = f"tenant `{self.tenant_id}` {'takes' if inside else 'does not take'}"
        return _step("taking part", f"{detail} part", decided=not inside)

    def _prerequisites(self, flag: ReadyFlag) -> Iterator[Step]:
        for item in flag.flag.prerequisites:
            found = self.evaluation(item.flag_id).variant
            yield _step(
                f"prerequisite {item.flag_id}",
                f"needs `{item.variant}`, found `{found}`",
                decided=found != item.variant,
            )

    def _override(self, flag: ReadyFlag) -> Step:
        override = flag.overrides.get(self.tenant_id)
        if override is None:
            others = len(flag.overrides)
            return _step("override", f"none for it, {others} for others", decided=False)
        until = override.until
        if until is not None and self.now >= until:
            return _step("override", f"ended {until.isoformat()}", decided=False)
        ends = "" if until is None else f" until {until.isoformat()}"
        reason = flag.flag.overrides[self.tenant_id].reason
        said = f": {reason}" if reason else ""
        detail = f"{self._given(flag, override.answer)}{ends}{said}"
        return _step("override", detail, decided=True)

    def _rules(self, flag: ReadyFlag) -> Iterator[Step]:
        caller = (self.tenant_id, self.subject, self.context)
        seen, context, notes = seen_by(self.snapshot, caller)
        tenant = self.snapshot.tenant_variables[self.tenant_id]
        said = notes.removeprefix("; ")
        for rule, written in zip(flag.rules, flag.flag.rules, strict=True):
            source = f"`{written.source}`" if written.source else "its condition"
            try:
                met = rule.condition(seen, tenant, context) is True
                outcome = "holds" if met else "does not hold"
            except ConditionError as error:
                met, outcome = False, f"has no answer: {error.message}"
            given = f", {self._given(flag, rule.answer)}" if met else ""
            noted = f" ({said})" if said else ""
            yield _step(
                f"rule {rule.name}", f"{source} {outcome}{given}{noted}", decided=met
            )

    def _rollout(self, flag: ReadyFlag) -> Step:
        if flag.rollout is None:
            return _step("rollout", "none", decided=False)
        return _step("rollout", self._given(flag, flag.rollout), decided=True)

    def _given(self, flag: ReadyFlag, answer: Evaluation | ReadySplit) -> str:
        if isinstance(answer, Evaluation):
            return f"answers `{answer.variant}`"
        by = SplitBy.TENANT if answer.by_tenant else SplitBy.SUBJECT
        shares = ", ".join(
            f"{share.variant} {(end - start) / 1000:g} %"
            for share, start, end in zip(
                answer.shares, (0, *answer.bounds), answer.bounds, strict=False
            )
        )
        return f"splits by {by}: {shares}{self._bucket(flag, answer)}"

    def _bucket(self, flag: ReadyFlag, split: ReadySplit) -> str:
        if split.by_tenant:
            rank = self.snapshot.tenant_ranks.rank_of(self.tenant_id, flag.flag, split)
            return f"; the tenant is number {rank[0]} of {rank[1]} that take part"
        if self.subject is None:
            return "; there is no subject to split by"
        number = split.number_of(self.subject.subject_id)
        algorithm, salt = flag.flag.bucketing, flag.flag.salt
        return (
            f"; {algorithm} gives `{self.subject.subject_id}` {number} under `{salt}`"
        )


def _step(name: str, detail: str, *, decided: bool) -> Step:
    return Step(name, Outcome.DECIDED if decided else Outcome.PASSED, detail)
