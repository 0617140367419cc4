"""Making every answer that a flag can give, once, when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter
from itertools import accumulate
from types import MappingProxyType

from companyos.conditions import compile_condition
from companyos.flags.model import Evaluation, Flag, Serve, Split
from companyos.flags.pins import BUCKETINGS
from companyos.flags.ready import ReadyFlag, ReadyOverride, ReadyRule, ReadySplit
from companyos.flags.vocabulary import FlagState, OnExpiry, Reason, SplitBy

PARAMETERS = ("subject", "tenant", "context")
"""The variables of a flag's condition, in the order a compiled one takes them."""

NO_SUBJECT = "no subject to split by"
NOT_TAKING_PART = "the tenant does not take part in this flag"
EXPIRED = "the flag has expired"


def ready_flag(flag: Flag, needed: tuple[str, ...], digest: str) -> ReadyFlag:
    """Return `flag` with all its answers made; `needed` are its prerequisites."""
    answers = _Answers(flag, digest)
    changes = flag.on_expiry is OnExpiry.DEFAULT
    rollout = answers.split(flag.rollout, "rollout") if flag.rollout else None
    default = answers.otherwise()
    return ReadyFlag(
        flag_id=flag.flag_id,
        flag=flag,
        disabled=answers.disabled(),
        expires_at=flag.expires_at if changes else None,
        expired=answers.default(EXPIRED),
        not_taking_part=answers.default(NOT_TAKING_PART),
        unmet=answers.unmet(),
        needed=needed,
        overrides=answers.overrides(),
        rules=answers.rules(),
        rollout=rollout,
        default=default,
        usual=None if flag.rules else rollout or default,
        is_plain=flag.state is FlagState.ACTIVE
        and not (changes and flag.expires_at is not None)
        and not flag.prerequisites,
    )


def needed_by(flag_id: str, flags: Mapping[str, Flag]) -> tuple[str, ...]:
    """Return all flags that must be evaluated before this one, in that order.

    Raises:
        CycleError: if one of them needs itself.
    """
    graph: dict[str, tuple[str, ...]] = {}
    waiting = [flag_id]
    while waiting:
        current = waiting.pop()
        if current not in graph:
            graph[current] = tuple(
                item.flag_id for item in flags[current].prerequisites
            )
            waiting.extend(graph[current])
    return tuple(TopologicalSorter(graph).static_order())[:-1]


class _Answers:
    """Makes the answers of one flag."""

    def __init__(self, flag: Flag, digest: str) -> None:
        self._flag = flag
        self._digest = digest

    def disabled(self) -> Evaluation | None:
        if self._flag.state is FlagState.ACTIVE:
            return None
        note = f"the flag is {self._flag.state.value}"
        return self._one(self._flag.off, Reason.DISABLED, "", note)

    def default(self, note: str) -> Evaluation:
        return self._one(self._flag.default, Reason.DEFAULT, "", note)

    def otherwise(self) -> Evaluation:
        flag = self._flag
        varies = flag.prerequisites or flag.overrides or flag.rules or flag.rollout
        reason = Reason.DEFAULT if varies else Reason.STATIC
        return self._one(flag.default, reason, "", "")

    def unmet(self) -> Mapping[str, Evaluation]:
        return MappingProxyType(
            {
                item.flag_id: self._one(
                    self._flag.off,
                    Reason.DISABLED,
                    f"prerequisite:{item.flag_id}",
                    f"needs `{item.flag_id}` to answer `{item.variant}`",
                )
                for item in self._flag.prerequisites
            }
        )

    def overrides(self) -> Mapping[str, ReadyOverride]:
        return MappingProxyType(
            {
                tenant_id: ReadyOverride(
                    override.until,
                    self._served(override.serve, f"override:{tenant_id}"),
                )
                for tenant_id, override in self._flag.overrides.items()
            }
        )

    def rules(self) -> tuple[ReadyRule, ...]:
        return tuple(
            ReadyRule(
                rule.name,
                compile_condition(rule.when, PARAMETERS),
                self._served(rule.serve, rule.name),
            )
            for rule in self._flag.rules
        )

    def split(self, split: Split, rule: str) -> ReadySplit:
        bounds = tuple(accumulate(weight for _, weight in split.weights))
        bucketing = BUCKETINGS[self._flag.bucketing]
        return ReadySplit(
            by_tenant=split.by is SplitBy.TENANT,
            number_of=bucketing.numbers(self._flag.salt),
            bounds=bounds,
            limits=bucketing.limits(bounds),
            shares=tuple(
                self._one(variant, Reason.SPLIT, rule, "")
                for variant, _ in split.weights
            ),
            unkeyed=self.default(NO_SUBJECT),
        )

    def _served(self, serve: Serve, rule: str) -> Evaluation | ReadySplit:
        if serve.split is not None:
            return self.split(serve.split, rule)
        variant = serve.variant or self._flag.default
        return self._one(variant, Reason.TARGETING_MATCH, rule, "")

    def _one(self, variant: str, reason: Reason, rule: str, note: str) -> Evaluation:
        return Evaluation(
            flag_id=self._flag.flag_id,
            value=self._flag.variants[variant],
            variant=variant,
            reason=reason,
            rule=rule,
            flags_digest=self._digest,
            note=note,
        )
