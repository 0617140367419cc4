"""May this subject do this, and why: deny by default, and a deny outweighs every allow.

The gates, in this order; the first that is not passed gives the reason:

1. the input is valid, and tenant and action are known;
2. the tenants of request, subject and resource are one and the same;
3. no deny rule matches, and none has a condition that cannot be evaluated;
4. an allow rule matches (one whose condition cannot be evaluated does not).

One call reads one snapshot from beginning to end, so a reload never mixes two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from companyos.authz.model import Decision, Request, Resource
from companyos.authz.vocabulary import Effect, ReasonCode
from companyos.conditions.values import ConditionError
from companyos.identity.subjects import Lookup, NotFound, Unavailable

if TYPE_CHECKING:
    # Whoever has a snapshot has loaded these; deciding only names them.
    from companyos.authz.policies import Cell, Policies
    from companyos.catalog import Principal, Principals
    from companyos.conditions import Value
    from companyos.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Scope:
    """One tenant as decisions need it: its policies, and what conditions see of it."""

    tenant_id: str
    cells: Mapping[str, Cell]
    variables: Mapping[str, Value]


def scopes_of(
    tenants: Mapping[str, Tenant],
    policies: Policies,
    variables: Mapping[str, Mapping[str, Value]],
) -> Mapping[str, Scope]:
    """Return the scope of every tenant; `variables` are what conditions see of each."""
    return MappingProxyType(
        {
            name: Scope(
                tenant.tenant_id,
                policies.bundles[tenant.policy_bundle_ref].cells,
                variables[name],
            )
            for name, tenant in tenants.items()
        }
    )


class PolicySource(Protocol):
    """What a decision needs of a snapshot."""

    @property
    def policies(self) -> Policies:
        """Return the policy bundles."""
        ...

    @property
    def scopes(self) -> Mapping[str, Scope]:
        """Return the scopes of all tenants."""
        ...

    @property
    def principals(self) -> Principals:
        """Return what checks subjects."""
        ...


def decide(  # noqa: C901, PLR0911 - a call is a twentieth of it
    request: Request, snapshot: PolicySource
) -> Decision:
    """Return the decision for `request`; silence denies."""
    try:
        scope = snapshot.scopes[request.tenant_id]
        cell = scope.cells[request.action]
    except (KeyError, TypeError):
        return _refusal(request, snapshot)
    subject, asked = request.subject, request.resource
    # What `Principals.of` does for a subject it knows, without the call.
    principal = snapshot.principals.known.get(id(subject))
    if (
        principal is None
        or principal.subject is not subject
        or principal.given != subject.attributes
    ):
        checked = snapshot.principals.of(subject)
        principal = None if isinstance(checked, str) else checked
    resource = cell.resources.seen(asked)
    if principal is None or resource is None:
        return _refusal(request, snapshot)
    if not scope.tenant_id == principal.tenant_id == asked.tenant_id:
        return cell.mismatch
    held, seen, tenant = principal.role_bits, principal.variables, scope.variables
    try:
        for rule in cell.deny:
            if rule.role_bits & held:
                condition = rule.condition
                if condition is None or condition(seen, resource, tenant) is not False:
                    return rule.decision
        for rule in cell.allow:
            if rule.role_bits & held:
                condition = rule.condition
                if condition is None or condition(seen, resource, tenant) is True:
                    return rule.decision
    except ConditionError:
        return _despite_errors(cell, principal, resource, tenant)
    return cell.silent


def decide_lookup(
    lookup: Lookup,
    snapshot: PolicySource,
    *,
    tenant_id: str,
    subject_id: str,
    action: str,
    resource: Resource,
) -> Decision:
    """Return the decision for whatever a directory answered about `subject_id`.

    A subject that could not be found, or not be found out about, is denied; so is an
    answer about somebody else, however it came about.
    """
    if isinstance(lookup, NotFound):
        code, reason = ReasonCode.SUBJECT_NOT_FOUND, "the tenant has no such subject"
    elif isinstance(lookup, Unavailable):
        code, reason = ReasonCode.SUBJECT_UNAVAILABLE, lookup.reason
    elif lookup.subject_id != subject_id:
        code = ReasonCode.SUBJECT_UNAVAILABLE
        reason = "the directory answered about another subject"
    else:
        return decide(Request(tenant_id, lookup, action, resource), snapshot)
    return Decision(Effect.DENY, code, snapshot.policies.digest, reason=reason)


def _despite_errors(
    cell: Cell,
    principal: Principal,
    resource: Mapping[str, Value],
    tenant: Mapping[str, Value],
) -> Decision:
    """Return the answer where the condition of some rule has no value.

    A deny rule denies all the same, an allow rule is passed over and named.
    """
    errors: tuple[str, ...] = ()
    answer = cell.silent
    for rule in (*cell.deny, *cell.allow):
        if not rule.role_bits & principal.role_bits:
            continue
        condition = rule.condition
        denies = rule.decision.effect is Effect.DENY
        try:
            met = condition is None or condition(principal.variables, resource, tenant)
        except ConditionError:
            if denies:
                return rule.failed
            errors += rule.failed.errors
            continue
        if met is True or (denies and met is not False):
            answer = rule.decision
            break
    return replace(answer, errors=errors)


def _refusal(request: Request, snapshot: PolicySource) -> Decision:
    """Return the denial of a request that does not get as far as the rules."""
    code, reason = _first_objection(request, snapshot)
    return Decision(Effect.DENY, code, snapshot.policies.digest, reason=reason)


def _first_objection(
    request: Request, snapshot: PolicySource
) -> tuple[ReasonCode, str]:
    resource = request.resource
    texts = (request.tenant_id, request.action, resource.type, resource.tenant_id)
    if not all(isinstance(text, str) for text in texts):
        return ReasonCode.INVALID_INPUT, "an id in the request is not text"
    scope = snapshot.scopes.get(request.tenant_id)
    if scope is None:
        return ReasonCode.UNKNOWN_TENANT, "there is no such tenant"
    cell = scope.cells.get(request.action)
    if cell is None:
        return ReasonCode.UNKNOWN_ACTION, "the catalogue declares no such action"
    principal = snapshot.principals.of(request.subject)
    if isinstance(principal, str):
        return ReasonCode.INVALID_INPUT, principal
    return ReasonCode.INVALID_INPUT, str(cell.resources.read(resource))
