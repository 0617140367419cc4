"""Why a decision is what it is: every rule that was considered, and what came close.

For the operator: rules, clauses and values. For the caller of a service: the code and,
of the rules, only the words that a deny rule has for callers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from companyos.authz.decision import PolicySource, decide
from companyos.authz.model import Decision, Request, Rule
from companyos.authz.policies import Policies
from companyos.authz.vocabulary import ANY, Effect, ReasonCode
from companyos.conditions import ConditionError, Node, Value, evaluate, to_text
from companyos.conditions.text import quoted
from companyos.conditions.tree import And, Choice, Compare, Not, Or, children

NO_RULES_ASKED = frozenset({
    ReasonCode.INVALID_INPUT, ReasonCode.UNKNOWN_TENANT, ReasonCode.UNKNOWN_ACTION,
    ReasonCode.TENANT_MISMATCH, ReasonCode.SUBJECT_NOT_FOUND,
    ReasonCode.SUBJECT_UNAVAILABLE,
})  # fmt: skip
"""Reasons that come before any rule."""

_FOR_CALLERS: Mapping[ReasonCode, str] = {
    ReasonCode.NO_MATCHING_RULE: "nothing permits this action on this resource",
    ReasonCode.SUBJECT_NOT_FOUND: "the tenant has no such subject",
    ReasonCode.SUBJECT_UNAVAILABLE: "the directory of subjects did not answer; try "
    "again",
    ReasonCode.UNKNOWN_ACTION: "this action is not part of the configuration",
}


class Outcome(StrEnum):
    """What a rule said to a request."""

    MATCHED = "matched"
    OTHER_ROLE = "other_role"
    CONDITION_FALSE = "condition_false"
    CONDITION_ERROR = "condition_error"


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition that made it what it was.

    `values` is the clause with the values it met in place of the names; `error` says
    why it has no value, and is empty where it has one.
    """

    text: str
    values: str
    error: str = ""

    def __str__(self) -> str:
        return f"{self.text} was {self.error or self.values}"


@dataclass(frozen=True, slots=True)
class Considered:
    """A rule about the action, and what it said. `decided` marks the one that won.

    `clauses` are the parts that made its condition what it was, `truths` all parts that
    were asked, with their answers.
    """

    rule: Rule
    outcome: Outcome
    decided: bool
    clauses: tuple[Clause, ...] = ()
    truths: tuple[tuple[str, bool], ...] = ()

    @property
    def is_near_miss(self) -> bool:
        """Return whether this rule would have allowed, but for its condition."""
        return self.rule.effect is Effect.ALLOW and self.outcome in {
            Outcome.CONDITION_FALSE,
            Outcome.CONDITION_ERROR,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and what led to it.

    `enough` are the roles of which any one, held as well, would have turned a denial
    into an allow.
    """

    decision: Decision
    considered: tuple[Considered, ...] = ()
    enough: tuple[str, ...] = ()

    @property
    def near_misses(self) -> tuple[Considered, ...]:
        """Return the rules that would have allowed, but for their condition."""
        return tuple(each for each in self.considered if each.is_near_miss)

    @property
    def for_caller(self) -> str:
        """Return what the caller of a service may be told."""
        return reason_for_caller(self.decision)


def reason_for_caller(decision: Decision) -> str:
    """Return what a caller may be told: of the rules, only a deny rule's own words."""
    if decision.allowed:
        return ""
    if decision.code is ReasonCode.DENY_RULE and decision.reason:
        return decision.reason
    return _FOR_CALLERS.get(decision.code, "the request was denied")


def explain(request: Request, snapshot: PolicySource) -> Explanation:
    """Return the decision for `request` with every rule that spoke to it.

    The decision is `decide`'s own; conditions are asked again one node at a time.
    """
    decision = decide(request, snapshot)
    if decision.code in NO_RULES_ASKED or decision.bundle_id is None:
        return Explanation(decision)
    names = _variables(request, snapshot)
    considered = tuple(
        _considered(rule, request.subject.roles, names, decision)
        for rule in rules_of(snapshot.policies, decision.bundle_id)
        if request.action in rule.actions
    )
    enough = () if decision.allowed else tuple(_enough(request, snapshot))
    return Explanation(decision, considered, enough)


def rules_of(policies: Policies, bundle_id: str) -> tuple[Rule, ...]:
    """Return the rules of a bundle and all it extends, as decisions ask them.

    Deny rules come first, then those without a condition, then by id.
    """
    rules = [
        rule
        for name in policies.bundles[bundle_id].chain
        for rule in policies.bundles[name].rules
    ]
    rules.sort(key=lambda r: (r.effect is Effect.ALLOW, r.when is not None, r.rule_id))
    return tuple(rules)


def _variables(request: Request, snapshot: PolicySource) -> Mapping[str, Value]:
    scope = snapshot.scopes[request.tenant_id]
    principal = snapshot.principals.of(request.subject)
    resource = scope.cells[request.action].resources.read(request.resource)
    if isinstance(principal, str) or isinstance(resource, str):
        raise TypeError("a decision by rules was made about input that is not valid")
    return {
        "subject": principal.variables,
        "resource": resource,
        "tenant": scope.variables,
    }


def _considered(
    rule: Rule,
    roles: frozenset[str],
    names: Mapping[str, Value],
    decision: Decision,
) -> Considered:
    decided = rule.rule_id == decision.rule_id
    if ANY not in rule.roles and rule.roles.isdisjoint(roles):
        return Considered(rule, Outcome.OTHER_ROLE, decided)
    if rule.when is None:
        return Considered(rule, Outcome.MATCHED, decided)
    seen: dict[int, Value | ConditionError] = {}

    def observe(node: Node, found: Value | ConditionError) -> None:
        seen[id(node)] = found

    try:
        value = evaluate(rule.when, names, observe=observe)
        if not isinstance(value, bool):
            # No clause failed: the whole is a value, only not a truth.
            clause = Clause(to_text(rule.when), "", "not true or false")
            return Considered(rule, Outcome.CONDITION_ERROR, decided, (clause,))
    except ConditionError:
        failing = tuple(_failing(rule.when, seen))
        truths = tuple(_truths(rule.when, seen))
        return Considered(rule, Outcome.CONDITION_ERROR, decided, failing, truths)
    outcome = Outcome.MATCHED if value else Outcome.CONDITION_FALSE
    clauses = tuple(_deciding(rule.when, value, seen))
    return Considered(rule, outcome, decided, clauses, tuple(_truths(rule.when, seen)))


def clauses_of(node: Node) -> Iterator[Node]:
    """Yield the parts that `&&`, `||`, `!` and `?:` put together to a condition."""
    if isinstance(node, And | Or | Not | Choice):
        for child in children(node):
            yield from clauses_of(child)
    else:
        yield node


_Seen = Mapping[int, Value | ConditionError]


def _truths(node: Node, seen: _Seen) -> Iterator[tuple[str, bool]]:
    for clause in clauses_of(node):
        value = seen.get(id(clause))
        if isinstance(value, bool):
            yield to_text(clause), value


def _deciding(node: Node, value: Value, seen: _Seen) -> Iterator[Clause]:
    """Yield the clauses that gave a row of `&&` and `||` its value."""
    if isinstance(node, And | Or):
        for operand in (node.left, node.right):
            if seen.get(id(operand)) is value:
                yield from _deciding(operand, value, seen)
    elif isinstance(node, Not) and isinstance(node.operand, And | Or | Not):
        yield from _deciding(node.operand, not value, seen)
    elif isinstance(node, Choice):
        chosen = node.then if seen.get(id(node.test)) is True else node.otherwise
        yield from _deciding(chosen, value, seen)
    else:
        yield Clause(to_text(node), _with_values(node, seen))


def _failing(node: Node, seen: _Seen) -> Iterator[Clause]:
    """Yield the innermost clauses that have no value."""
    below = [n for n in children(node) if isinstance(seen.get(id(n)), ConditionError)]
    if isinstance(node, And | Or | Not | Choice) and below:
        for child in below:
            yield from _failing(child, seen)
        return
    error = seen.get(id(node))
    told = f"without a value: {error}" if isinstance(error, ConditionError) else ""
    yield Clause(to_text(node), "", told or "not true or false")


def _with_values(node: Node, seen: _Seen) -> str:
    """Return a clause with the values it met, where they say more than the clause."""
    if isinstance(node, Compare):
        left, right = (seen.get(id(side)) for side in (node.left, node.right))
        return f"{_shown(left)} {node.operator} {_shown(right)}"
    return _shown(seen.get(id(node)))


def _shown(value: Value | ConditionError | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_shown(item) for item in value)}]"
    return str(value)


def _enough(request: Request, snapshot: PolicySource) -> Iterator[str]:
    subject = request.subject
    for role in sorted(snapshot.policies.catalog.roles.keys() - subject.roles):
        with_role = replace(subject, roles=subject.roles | {role})
        if decide(replace(request, subject=with_role), snapshot).allowed:
            yield role
