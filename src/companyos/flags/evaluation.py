"""Which variant does this tenant and this subject get, and why.

In this order, and the first that applies answers: killed or archived → expired, where
expiry says so → the tenant does not take part → a prerequisite is not met → the
tenant's override → the first rule that matches → the rollout → the default. Nothing a
caller passes as `context` raises: what cannot be used is left out, and a note says so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeAlias

from companyos.catalog import AttributeReader, Principal, Principals
from companyos.catalog.attributes import is_key
from companyos.conditions import ConditionError, Value
from companyos.flags.model import Evaluation
from companyos.flags.ranking import TenantRanks
from companyos.flags.ready import FlagSet, ReadyFlag, ReadySplit
from companyos.flags.vocabulary import ErrorCode, Reason
from companyos.identity.subjects import Subject
from companyos.tenants import Tenant


class FlagSource(Protocol):
    """What an evaluation needs of a snapshot."""

    @property
    def flags(self) -> FlagSet:
        """Return the flags."""
        ...

    @property
    def tenants(self) -> Mapping[str, Tenant]:
        """Return the tenants by id."""
        ...

    @property
    def tenant_variables(self) -> Mapping[str, Mapping[str, Value]]:
        """Return what conditions see of each tenant."""
        ...

    @property
    def tenant_ranks(self) -> TenantRanks:
        """Return what splits by tenant are decided with."""
        ...

    @property
    def principals(self) -> Principals:
        """Return what checks subjects."""
        ...

    @property
    def context_reader(self) -> AttributeReader:
        """Return what reads a caller's context."""
        ...


def evaluate(
    flag_id: str,
    snapshot: FlagSource,
    *,
    tenant_id: str,
    subject: Subject | None = None,
    context: Mapping[str, object] | None = None,
    now: datetime,
) -> Evaluation:
    """Return what the flag answers at `now`, which has a time zone."""
    try:
        flag = snapshot.flags.ready[flag_id]
        taken = snapshot.tenants[tenant_id].feature_flags
    except KeyError:
        return _in_full(flag_id, snapshot, (tenant_id, subject, context), now)
    if not flag.is_plain:
        return _in_full(flag_id, snapshot, (tenant_id, subject, context), now)
    # What `_answer` would do, without its calls: most questions end here.
    if flag_id not in taken:
        return flag.not_taking_part
    answer = flag.usual
    if tenant_id in flag.overrides:
        answer = _overridden(flag, tenant_id, now) or answer
    if type(answer) is Evaluation:
        return answer
    if (
        answer is not None
        and not answer.by_tenant
        and type(subject) is Subject
        and subject.tenant_id == tenant_id
        and is_key(subject.subject_id)
    ):
        number = answer.number_of(subject.subject_id)
        return answer.shares[bisect_right(answer.limits, number)]
    return _unusual(answer, flag, snapshot, (tenant_id, subject, context))


def boolean(  # noqa: PLR0913 - what `evaluate` takes, and the caller's own default
    flag_id: str,
    snapshot: FlagSource,
    *,
    tenant_id: str,
    subject: Subject | None = None,
    context: Mapping[str, object] | None = None,
    now: datetime,
    default: bool,
) -> bool:
    """Return a boolean flag's value; `default` where there is no such flag."""
    value = evaluate(
        flag_id,
        snapshot,
        tenant_id=tenant_id,
        subject=subject,
        context=context,
        now=now,
    ).value
    return value if isinstance(value, bool) else default


Caller: TypeAlias = tuple[str, Subject | None, Mapping[str, object] | None]
"""Tenant, subject and context."""


def seen_by(
    snapshot: FlagSource, caller: Caller
) -> tuple[Mapping[str, Value], Mapping[str, Value], str]:
    """Return what conditions see of subject and context, and notes about both."""
    tenant_id, subject, context = caller
    notes = ""
    # Without a subject its fields are missing, so a condition about it has no answer:
    # "nobody" must not count as somebody without roles.
    seen: Mapping[str, Value] = {}
    if subject is not None:
        principal = _principal(snapshot, tenant_id, subject)
        if isinstance(principal, Principal):
            seen = principal.variables
        else:
            notes = f"; {principal}"
    if not context:
        return seen, {}, notes
    if not isinstance(context, Mapping):
        return seen, {}, f"{notes}; the context is not a mapping"
    fitting, unfit = snapshot.context_reader.read_fitting(context)
    return seen, fitting, f"{notes}; context: {unfit}" if unfit else notes


_NOTHING: Mapping[str, str | None] = {}


def _unknown(flag_id: str, digest: str) -> Evaluation:
    return Evaluation(
        flag_id,
        value=None,
        variant=None,
        reason=Reason.ERROR,
        flags_digest=digest,
        error=ErrorCode.FLAG_NOT_FOUND,
        note="there is no such flag",
    )


def _in_full(
    flag_id: str, snapshot: FlagSource, caller: Caller, now: datetime
) -> Evaluation:
    """Return what a flag answers after all that it needs has answered."""
    flag = snapshot.flags.ready.get(flag_id)
    if flag is None:
        return _unknown(flag_id, snapshot.flags.digest)
    if not flag.needed:
        return _answer(flag, snapshot, caller, now, _NOTHING)
    met: dict[str, str | None] = {}
    for needed in flag.needed:
        ready = snapshot.flags.ready[needed]
        met[needed] = _answer(ready, snapshot, caller, now, met).variant
    return _answer(flag, snapshot, caller, now, met)


def _answer(
    flag: ReadyFlag,
    snapshot: FlagSource,
    caller: Caller,
    now: datetime,
    met: Mapping[str, str | None],
) -> Evaluation:
    """Return what one flag answers; `met` is what its prerequisites answered."""
    tenant_id, subject, _ = caller
    closed = _closed(flag, snapshot, tenant_id, now, met)
    if closed is not None:
        return closed
    answer: Evaluation | ReadySplit | None = None
    if flag.overrides:
        answer = _overridden(flag, tenant_id, now)
    if answer is None:
        if flag.rules:
            return _by_rules(flag, snapshot, caller)
        answer = flag.rollout or flag.default
    if isinstance(answer, Evaluation):
        return answer
    return _share(answer, flag, snapshot, tenant_id, subject)


def _closed(
    flag: ReadyFlag,
    snapshot: FlagSource,
    tenant_id: str,
    now: datetime,
    met: Mapping[str, str | None],
) -> Evaluation | None:
    """Return the answer of a flag that does not get as far as this tenant."""
    if flag.disabled is not None:
        return flag.disabled
    if flag.expires_at is not None and now >= flag.expires_at:
        return flag.expired
    tenant = snapshot.tenants.get(tenant_id)
    if tenant is None or flag.flag_id not in tenant.feature_flags:
        return flag.not_taking_part
    if flag.needed:
        for item in flag.flag.prerequisites:
            if met.get(item.flag_id) != item.variant:
                return flag.unmet[item.flag_id]
    return None


def _overridden(
    flag: ReadyFlag, tenant_id: str, now: datetime
) -> Evaluation | ReadySplit | None:
    override = flag.overrides.get(tenant_id)
    if override is None or (override.until is not None and now >= override.until):
        return None
    return override.answer


def _unusual(
    split: ReadySplit | None, flag: ReadyFlag, snapshot: FlagSource, caller: Caller
) -> Evaluation:
    """Return the answer of a split, or that of the rules where there is none yet."""
    if split is None:
        return _by_rules(flag, snapshot, caller)
    tenant_id, subject, _ = caller
    return _share(split, flag, snapshot, tenant_id, subject)


def _by_rules(flag: ReadyFlag, snapshot: FlagSource, caller: Caller) -> Evaluation:
    tenant_id, subject, _ = caller
    seen, context, notes = seen_by(snapshot, caller)
    tenant = snapshot.tenant_variables[tenant_id]
    answer: Evaluation | ReadySplit = flag.rollout or flag.default
    for rule in flag.rules:
        try:
            if rule.condition(seen, tenant, context) is True:
                answer = rule.answer
                break
        except ConditionError as error:
            notes += f"; rule `{rule.name}` has no answer: {error.message}"
    if not isinstance(answer, Evaluation):
        answer = _share(answer, flag, snapshot, tenant_id, subject)
    if not notes:
        return answer
    return replace(answer, note=f"{answer.note}{notes}".removeprefix("; "))


def _share(
    split: ReadySplit,
    flag: ReadyFlag,
    snapshot: FlagSource,
    tenant_id: str,
    subject: Subject | None,
) -> Evaluation:
    """Return this tenant's or this subject's share of a split."""
    if split.by_tenant:
        return split.shares[snapshot.tenant_ranks.share_of(tenant_id, flag.flag, split)]
    if subject is None:
        return split.unkeyed
    # A split rests on who it is alone: whatever else is wrong moves nobody.
    if (
        type(subject) is not Subject
        or subject.tenant_id != tenant_id
        or not is_key(subject.subject_id)
    ):
        problem = _principal(snapshot, tenant_id, subject)
        return replace(split.unkeyed, note=f"{split.unkeyed.note}: {problem}")
    return split.shares[bisect_right(split.limits, split.number_of(subject.subject_id))]


def _principal(
    snapshot: FlagSource, tenant_id: str, subject: Subject
) -> Principal | str:
    principal = snapshot.principals.of(subject)
    if isinstance(principal, Principal) and principal.tenant_id != tenant_id:
        return "the subject is of another tenant"
    return principal
