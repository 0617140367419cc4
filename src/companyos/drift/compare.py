"""Desired against loaded, service by service and tenant by tenant.

Where the root digests agree everything agrees, and no tenant is looked at. Where they
differ, a service's own list of tenants says which of them differ; without that list
nothing is known, because a part of an answer must never count as being in sync.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from companyos.drift.model import (
    TENANT_PARTS,
    DriftReport,
    Part,
    Row,
    ServiceDrift,
    Standing,
)
from companyos.drift.state import Answer, LoadedState, Unreachable


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was promoted to this stage before."""

    root: str
    artifacts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Desired:
    """What a stage should run, since `promoted_at`.

    `artifacts` maps a service to its artifact's digest; a service without one is not
    judged by it. `tenant_digests` is asked only for tenants of services whose root
    differs. `grace` is how long a service may take to load a promotion, `age_max` how
    old its report may be.
    """

    stage: str
    root: str
    components: Mapping[str, str]
    artifacts: Mapping[str, str]
    promoted_at: datetime
    tenants: tuple[str, ...]
    tenant_digests: Callable[[str], Mapping[str, str]]
    earlier: tuple[Earlier, ...]
    grace: timedelta
    age_max: timedelta


def compare(
    desired: Desired, answers: Iterable[tuple[str, Answer]], *, now: datetime
) -> DriftReport:
    """Return how each service stands; `answers` are services and what each said.

    A service may answer more than once, once for each instance. One that has an
    artifact promoted and did not answer at all is unknown.
    """
    told = list(answers)
    silent = sorted(desired.artifacts.keys() - {service for service, _ in told})
    told += [(service, Unreachable("it was not asked")) for service in silent]
    return DriftReport(
        desired.stage,
        desired.root,
        tuple(_Comparison(desired, name, now).of(answer) for name, answer in told),
    )


class _Comparison:
    """One service's answer against what is desired."""

    def __init__(self, desired: Desired, service: str, now: datetime) -> None:
        self._desired = desired
        self._service = service
        self._now = now
        self._young = now - desired.promoted_at < desired.grace

    def of(self, answer: Answer) -> ServiceDrift:
        """Return how the service stands."""
        if isinstance(answer, Unreachable):
            return self._not_known(None, Standing.UNKNOWN, answer.reason)
        standing, objection = self._objection(answer)
        if objection:
            return self._not_known(answer, standing, objection)
        artifact = self._artifact(answer)
        if answer.root == self._desired.root:
            # Following another stage it agrees by chance, until that one moves on.
            standing = Standing.DRIFT if self._astray(answer) else Standing.IN_SYNC
            return self._alike(answer, artifact, standing, self._astray(answer))
        if answer.components is None:
            reason = answer.last_attempt.reason or "nothing is loaded"
            return self._alike(answer, artifact, Standing.DRIFT, reason)
        if answer.tenants is None:
            reason = "the root differs, and it did not say for which tenants"
            return self._alike(answer, artifact, Standing.UNKNOWN, reason)
        return self._by_tenant(answer, artifact, answer.components, answer.tenants)

    def _objection(self, answer: LoadedState) -> tuple[Standing, str]:
        """Return why the answer says nothing about now, or nothing."""
        if answer.service != self._service:
            return Standing.UNKNOWN, f"service `{answer.service}` answered"
        age = self._now - answer.reported_at
        if age > self._desired.age_max:
            return Standing.STALE, "its report is too old"
        # A clock ahead of ours would keep a report young for ever.
        ahead = "its report is from the future"
        return Standing.STALE, ahead if -age > self._desired.age_max else ""

    def _artifact(self, answer: LoadedState) -> tuple[Row, ...]:
        wanted = self._desired.artifacts.get(self._service)
        if wanted is None:
            return ()
        if answer.artifact is None:
            standing, reason = Standing.UNKNOWN, "it reports no artifact"
        elif answer.artifact == wanted:
            standing, reason = Standing.IN_SYNC, ""
        else:
            earlier = self._desired.earlier
            before = {item.artifacts.get(self._service) for item in earlier}
            standing, reason = self._behind(answer.artifact in before)
        loaded = answer.artifact
        return (Row(Part.ARTIFACT, standing, None, wanted, loaded, reason),)

    def _astray(self, answer: LoadedState) -> str:
        """Return which other stage a service follows, in words, or nothing."""
        if answer.stage in (None, self._desired.stage):
            return ""
        return f"it follows stage `{answer.stage}`"

    def _behind(self, was_promoted: object) -> tuple[Standing, str]:
        """Return how something stands that is not what is desired."""
        if not was_promoted:
            return Standing.DRIFT, "it was never promoted here"
        if self._young:
            return Standing.PENDING, "the promotion is within its grace"
        return Standing.DRIFT, "an earlier promotion is loaded"

    def _not_known(
        self, answer: LoadedState | None, standing: Standing, reason: str
    ) -> ServiceDrift:
        wanted = self._desired.artifacts.get(self._service)
        row = Row(Part.ARTIFACT, standing, None, wanted, None, reason)
        artifact = () if wanted is None else (row,)
        return self._alike(answer, artifact, standing, reason)

    def _alike(
        self,
        answer: LoadedState | None,
        artifact: tuple[Row, ...],
        standing: Standing,
        reason: str,
    ) -> ServiceDrift:
        """Return the result where all tenants stand alike."""
        rows = tuple(Row(part, standing, reason=reason) for part in TENANT_PARTS)
        counts = Counter(row.standing for row in artifact)
        # Also with no tenants at all, what is not known must not look like nothing.
        counts[standing] += max(1, len(self._desired.tenants)) * len(TENANT_PARTS)
        return self._result(answer, artifact + rows, counts)

    def _by_tenant(
        self,
        answer: LoadedState,
        artifact: tuple[Row, ...],
        components: Mapping[str, str],
        loaded: Mapping[str, Mapping[str, str]],
    ) -> ServiceDrift:
        roots = {item.root for item in self._desired.earlier}
        standing, reason = self._behind(answer.root in roots)
        if astray := self._astray(answer):
            standing, reason = Standing.DRIFT, astray
        rows = [
            Row(part, standing, tenant_id, wanted, found, reason)
            for tenant_id, part, wanted, found in self._differences(loaded)
        ]
        differing = sum(row.desired is not None for row in rows)
        # What belongs to no tenant (identity, an unused flag) differs all the same.
        shown = {row.part for row in rows}
        rows += [
            Row(part, standing, None, self._desired.components[name], found, reason)
            for name, found in components.items()
            if found != self._desired.components[name]
            and (part := _PART_OF[name]) not in shown
        ]
        counts = Counter(row.standing for row in (*artifact, *rows))
        every = len(self._desired.tenants) * len(TENANT_PARTS)
        counts[Standing.IN_SYNC] += every - differing
        return self._result(answer, (*artifact, *rows), counts)

    def _differences(
        self, loaded: Mapping[str, Mapping[str, str]]
    ) -> Iterable[tuple[str, Part, str | None, str | None]]:
        """Yield tenant, part, desired and loaded digest of all that differs."""
        nothing: Mapping[str, str] = {}
        for tenant_id in self._desired.tenants:
            wanted = self._desired.tenant_digests(tenant_id)
            found = loaded.get(tenant_id, nothing)
            if found != wanted:
                for part in TENANT_PARTS:
                    if found.get(part) != wanted[part]:
                        yield tenant_id, part, wanted[part], found.get(part)
        for tenant_id in sorted(loaded.keys() - set(self._desired.tenants)):
            for part in TENANT_PARTS:
                yield tenant_id, part, None, loaded[tenant_id][part]

    def _result(
        self,
        answer: LoadedState | None,
        rows: tuple[Row, ...],
        counts: Mapping[Standing, int],
    ) -> ServiceDrift:
        return ServiceDrift(
            service=self._service,
            instance="" if answer is None else answer.instance,
            root=None if answer is None else answer.root,
            rows=rows,
            counts={standing: counts.get(standing, 0) for standing in Standing},
        )


_PART_OF = {
    "tenants": Part.TENANT,
    "policies": Part.POLICIES,
    "flags": Part.FLAGS,
}
