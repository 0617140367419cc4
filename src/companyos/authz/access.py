"""Who may do what, in general: the condition under which an answer would be yes.

The condition of an answer is exact: where it is true the decision is to allow, where it
is false or has no value the decision is to deny. It is what the rules say, with all put
aside that is known already of tenant, role, subject and resource. An answer is called a
plain allow or deny only where the rules alone prove it; a condition that can never be
met is still shown as a condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from companyos.authz.explanation import rules_of
from companyos.authz.policies import Policies
from companyos.authz.vocabulary import ANY, Effect
from companyos.catalog import Principal
from companyos.conditions import Node, Value, to_text
from companyos.conditions.partial import (
    FALSE,
    TRUE,
    Known,
    conjunction,
    disjunction,
    negation,
    remainder,
    truth_of,
)


class Access(StrEnum):
    """What can be said before everything is known."""

    ALLOW = "allow"
    DENY = "deny"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rules say. `condition` is the tree that has to be true for a yes.

    `allowing` and `denying` are the rules that the condition comes from.
    """

    access: Access
    condition: Node
    allowing: tuple[str, ...]
    denying: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the condition as people write it, empty where there is none."""
        return to_text(self.condition) if self.access is Access.CONDITIONAL else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One tenant's question about one action.

    `tenant` is what conditions see of the tenant; `resource` what is known of the
    resource, by attribute.
    """

    bundle_id: str
    tenant: Mapping[str, Value]
    action: str
    resource: Mapping[str, Value]


def access_of_role(role: str, asked: Asked, policies: Policies) -> Answer:
    """Return what a subject may do whose only role is `role`."""
    subject: dict[tuple[str, ...], Value] = {("subject", "roles"): (role,)}
    return _answer(frozenset({role}), Known(subject), asked, policies)


def access_of_subject(principal: Principal, asked: Asked, policies: Policies) -> Answer:
    """Return what this subject may do."""
    values: dict[tuple[str, ...], Value] = {}
    for name, value in principal.variables.items():
        if isinstance(value, Mapping):
            values |= {("subject", name, key): item for key, item in value.items()}
        else:
            values["subject", name] = value
    known = Known(values, frozenset({("subject",), ("subject", "attributes")}))
    return _answer(principal.roles, known, asked, policies)


def _answer(
    roles: frozenset[str], subject: Known, asked: Asked, policies: Policies
) -> Answer:
    known = _known(subject, asked, policies)
    allowing: dict[str, Node] = {}
    denying: dict[str, Node] = {}
    for rule in rules_of(policies, asked.bundle_id):
        if asked.action not in rule.actions:
            continue
        if ANY not in rule.roles and rule.roles.isdisjoint(roles):
            continue
        left = TRUE if rule.when is None else remainder(rule.when, known)
        if truth_of(left) is not False:
            side = allowing if rule.effect is Effect.ALLOW else denying
            side[rule.rule_id] = left
    nothing: Node = FALSE
    condition = reduce(disjunction, allowing.values(), nothing)
    for denied in denying.values():
        condition = conjunction(condition, negation(denied))
    return Answer(_access(condition), condition, tuple(allowing), tuple(denying))


def _access(condition: Node) -> Access:
    truth = truth_of(condition)
    if truth is None:
        return Access.CONDITIONAL
    return Access.ALLOW if truth else Access.DENY


def _known(subject: Known, asked: Asked, policies: Policies) -> Known:
    tenant_id = asked.tenant["id"]
    values: dict[tuple[str, ...], Value] = {
        ("subject", "tenant"): tenant_id,
        ("resource", "tenant"): tenant_id,
        ("resource", "type"): policies.catalog.actions[asked.action],
    }
    values |= {("tenant", name): value for name, value in asked.tenant.items()}
    values |= {("resource", name): value for name, value in asked.resource.items()}
    return Known({**subject.values, **values}, subject.whole | {("tenant",)})
