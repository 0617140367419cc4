"""Deciding a whole cell at once: one action, for every set of roles, at every point.

The order of gates and rules is that of `companyos.authz.decide`; only the conditions'
answers come from a space of classes. Asking about single roles and pairs is enough: if
somebody with a set of roles is newly allowed, then no deny speaks to any role of it now
and some role brings an allow now; before, either no role brought an allow, and the one
role alone is newly allowed as well, or some role brought a deny, and the pair of both
is. Losing is the same with the sides exchanged. A role that one side does not declare
is left out there, and the same argument holds. Where a condition reads `subject.roles`
it does not, and every set is asked about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from companyos.authz.policies import Policies, PolicyBundle, ReadyRule
from companyos.authz.vocabulary import ReasonCode
from companyos.conditions.tree import Node
from companyos.diff.frame import Frame, Side
from companyos.diff.model import Decider
from companyos.diff.space import Asked, Point, Space
from companyos.diff.terms import ROLES, Outcome, Path, paths_in

ROLES_MAX = 8
"""Where conditions read the roles, all sets of so many are asked about."""

Holder: TypeAlias = tuple[str, ...]
"""A set of roles, sorted."""


@dataclass(frozen=True, slots=True)
class CellRule:
    """A rule as a cell needs it; no `roles` means any subject."""

    roles: frozenset[str] | None
    when: Node | None
    decider: Decider

    def speaks_to(self, holder: Iterable[str]) -> bool:
        """Return whether the rule is about somebody with these roles."""
        return self.roles is None or not self.roles.isdisjoint(holder)


@dataclass(frozen=True, slots=True)
class CellRules:
    """What one side says about one action, in the order it is asked."""

    deny: tuple[CellRule, ...]
    allow: tuple[CellRule, ...]

    @property
    def all(self) -> tuple[CellRule, ...]:
        """Return every rule."""
        return (*self.deny, *self.allow)


@dataclass(frozen=True, slots=True)
class CellSide:
    """One side of a cell: its rules, None where it has no such action."""

    side: Side
    rules: CellRules | None

    @property
    def conditions(self) -> tuple[Node, ...]:
        """Return every condition that is asked here."""
        rules = self.rules.all if self.rules else ()
        return tuple(rule.when for rule in rules if rule.when is not None)


Answer: TypeAlias = tuple[bool, Decider]
"""Is it allowed, and why."""


class RuleBook:
    """The rules of one snapshot's policy bundles, with their conditions as trees."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._trees: dict[str, Mapping[str, Node | None]] = {}

    def cell(self, bundle_id: str, action: str) -> CellRules | None:
        """Return what a bundle says about an action, None where there is none such."""
        bundle = self._policies.bundles[bundle_id]
        cell = bundle.cells.get(action)
        if cell is None:
            return None
        trees = self._trees_of(bundle)
        return CellRules(_ready(cell.deny, trees), _ready(cell.allow, trees))

    def _trees_of(self, bundle: PolicyBundle) -> Mapping[str, Node | None]:
        known = self._trees.get(bundle.bundle_id)
        if known is None:
            known = self._trees[bundle.bundle_id] = {
                rule.rule_id: rule.when
                for name in bundle.chain
                for rule in self._policies.bundles[name].rules
            }
        return known


def _ready(
    rules: Sequence[ReadyRule], trees: Mapping[str, Node | None]
) -> tuple[CellRule, ...]:
    found: list[CellRule] = []
    for rule in rules:
        told = rule.decision
        decider = Decider(told.code, told.rule_id, told.place)
        found.append(CellRule(rule.roles, trees[told.rule_id or ""], decider))
    return tuple(found)


def holders(
    sides: Sequence[CellSide], *, all_sets: bool = False
) -> tuple[list[Holder], str]:
    """Return the sets of roles to ask about, and why they may not be enough.

    Roles that no rule treats differently are asked about once.
    """
    roles = sorted({name for each in sides for name in each.side.catalog.roles})
    if not (all_sets or reads_roles(sides)):
        kinds = [kind[0] for kind in alike_roles(sides)]
        return [(), *((r,) for r in kinds), *combinations(kinds, 2)], ""
    if len(roles) <= ROLES_MAX:
        sizes = range(len(roles) + 1)
        return [held for n in sizes for held in combinations(roles, n)], ""
    found = [held for n in range(3) for held in combinations(roles, n)]
    return found, f"conditions read `subject.roles` and there are {len(roles)} roles"


def reads_roles(sides: Sequence[CellSide]) -> bool:
    """Return whether a condition reads the subject's roles."""
    return any(ROLES in paths_in(node) for each in sides for node in each.conditions)


def alike_roles(sides: Sequence[CellSide]) -> list[tuple[str, ...]]:
    """Return the roles, those together that no rule treats differently."""
    kinds: dict[tuple[bool, ...], list[str]] = {}
    for name in sorted({name for each in sides for name in each.side.catalog.roles}):
        mark = tuple(
            told
            for each in sides
            for told in (
                name in each.side.catalog.roles,
                *(
                    rule.speaks_to((name,))
                    for rule in (each.rules.all if each.rules else ())
                ),
            )
        )
        kinds.setdefault(mark, []).append(name)
    return [tuple(names) for names in kinds.values()]


def space_of(
    sides: Sequence[CellSide], holder: Holder, asked: Iterable[Asked] = ()
) -> Space:
    """Return the classes that the conditions of a cell can tell apart."""
    wanted = [(n, node) for n, each in enumerate(sides) for node in each.conditions]
    frame = Frame([each.side for each in sides])
    needed = demanded(sides)
    return Space([*wanted, *asked], frame, roles=holder, needed=needed)


def demanded(sides: Sequence[CellSide]) -> tuple[Path, ...]:
    """Return the attributes that one side demands and another leaves optional."""
    found: set[Path] = set()
    for each in sides:
        kind = each.side.resource_type or ""
        found |= {("subject", "attributes", name) for name in each.side.catalog.subject}
        types = each.side.catalog.resource_types
        found |= {("resource", name) for name in types.get(kind, {})}
    return tuple(
        path
        for path in sorted(found)
        if len({i.optional for s in sides if (i := s.side.declared(path))}) > 1
    )


class Judge:
    """Decides for one side at points of a space."""

    def __init__(self, sides: Sequence[CellSide], number: int, space: Space) -> None:
        own = sides[number]
        self._roles = frozenset(own.side.catalog.roles)
        self._rules = own.rules
        nodes = tuple(dict.fromkeys(own.conditions))
        self._index = {node: at for at, node in enumerate(nodes)}
        self._askers = [space.asker(number, node) for node in nodes]
        self._demands: list[Callable[[Point], bool]] = []
        for path in demanded(sides):
            declared = own.side.declared(path)
            if declared is not None and not declared.optional:
                self._demands.append(space.is_there(path))

    def told(self, point: Point) -> tuple[Outcome, ...]:
        """Return all that decides at a point, the same for whole regions of it."""
        return (
            all(demand(point) for demand in self._demands),
            *(ask(point) for ask in self._askers),
        )

    def decide(self, holder: Iterable[str], told: tuple[Outcome, ...]) -> Answer:
        """Return the decision for somebody with those of these roles that there are."""
        if self._rules is None:
            return False, Decider(ReasonCode.UNKNOWN_ACTION)
        if not told[0]:
            return False, Decider(ReasonCode.INVALID_INPUT)
        holder = self._roles.intersection(holder)
        for rule, outcome in self._asked(self._rules.deny, holder, told):
            if outcome is None:
                error = ReasonCode.DENY_RULE_ERROR
                decider = rule.decider
                return False, Decider(error, decider.rule_id, decider.place)
            if outcome:
                return False, rule.decider
        for rule, outcome in self._asked(self._rules.allow, holder, told):
            if outcome:
                return True, rule.decider
        return False, Decider(ReasonCode.NO_MATCHING_RULE)

    def _asked(
        self,
        rules: Sequence[CellRule],
        holder: Iterable[str],
        told: tuple[Outcome, ...],
    ) -> Iterator[tuple[CellRule, Outcome]]:
        for rule in rules:
            if rule.speaks_to(holder):
                if rule.when is None:
                    yield rule, True
                else:
                    yield rule, told[1 + self._index[rule.when]]
