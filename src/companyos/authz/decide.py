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

from companyos.authz.model import Decision, Effect, ReasonCode, Request, Resource
from companyos.conditions.values import ConditionError
from companyos.identity.subjects import Lookup, NotFound, Unavailable

if TYPE_CHECKING:
    # Whoever has a snapshot has loaded these; deciding only names them.
    from companyos.authz.policies import Cell, Policies, ReadyRule
    from companyos.catalog import Principals
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


def decide(request: Request, snapshot: PolicySource) -> Decision:
    """Return the decision for `request`; silence denies."""
    try:
        scope = snapshot.scopes[request.tenant_id]
        cell = scope.cells[request.action]
    except (KeyError, TypeError):
        return _refusal(request, snapshot)
    principal = snapshot.principals.of(request.subject)
    resource = cell.resources.read(request.resource)
    if isinstance(principal, str) or isinstance(resource, str):
        return _refusal(request, snapshot)
    if not scope.tenant_id == principal.tenant_id == resource["tenant"]:
        return cell.mismatch
    roles, subject, tenant = principal.roles, principal.variables, scope.variables
    if cell.deny:
        denied = _denied(cell.deny, roles, subject, resource, tenant)
        if denied is not None:
            return denied
    return _allowed(cell, roles, subject, resource, tenant)


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


def _denied(
    rules: tuple[ReadyRule, ...],
    roles: frozenset[str],
    subject: Mapping[str, Value],
    resource: Mapping[str, Value],
    tenant: Mapping[str, Value],
) -> Decision | None:
    """Return the answer of the first deny rule that matches or cannot be evaluated."""
    for wanted, condition, decision, failed in rules:
        if wanted is not None and wanted.isdisjoint(roles):
            continue
        try:
            if condition is None or condition(subject, resource, tenant) is not False:
                return decision
        except ConditionError:
            return failed
    return None


def _allowed(
    cell: Cell,
    roles: frozenset[str],
    subject: Mapping[str, Value],
    resource: Mapping[str, Value],
    tenant: Mapping[str, Value],
) -> Decision:
    """Return the answer of the first allow rule that matches, or silence."""
    errors: tuple[str, ...] = ()
    answer = cell.silent
    for wanted, condition, decision, failed in cell.allow:
        if wanted is not None and wanted.isdisjoint(roles):
            continue
        try:
            if condition is None or condition(subject, resource, tenant) is True:
                answer = decision
                break
        except ConditionError:
            errors += failed.errors
    return replace(answer, errors=errors) if errors else answer


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
