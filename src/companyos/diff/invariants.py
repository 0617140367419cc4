"""Proving what must hold whatever the rules say, over the same classes as a diff.

Single roles are enough to prove that nobody may: whoever is allowed with several roles
has one that brings the allow, and is denied by none of them, so that role alone is
allowed as well. Where a condition reads `subject.roles`, every set of roles is tried.
A proof that cannot be finished is told as such; it never counts as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from companyos.authz.policies import Policies
from companyos.conditions import Value
from companyos.conditions.tree import Node
from companyos.diff.alike import Sight, texts_about
from companyos.diff.cells import (
    CellRules,
    CellSide,
    Holder,
    Judge,
    RuleBook,
    holders,
    reads_roles,
    space_of,
)
from companyos.diff.frame import Side, shown_values
from companyos.diff.model import Decider
from companyos.diff.space import Point, Space
from companyos.diff.terms import ROLES, paths_in
from companyos.digests import JSONValue
from companyos.tenants import Regions, Tenant


class Form(StrEnum):
    """What an invariant says."""

    ONLY = "only"
    NEVER = "never"
    ALWAYS = "always"
    REACHABLE = "reachable"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must hold, for all tenants or for some.

    - only: who has none of `roles` may not;
    - never: nobody may, or nobody with just one of `roles` where some are named;
    - always: each of `roles` alone may, in every case;
    - reachable: one of `roles` alone may, in at least one case.

    Cases are those in which `when` holds; without it, all.
    """

    invariant_id: str
    form: Form
    roles: frozenset[str]
    actions: tuple[str, ...]
    tenants: frozenset[str] | None = None
    when: Node | None = None


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Where an invariant does not hold, or, with `doubt`, is not proved.

    `holder` are the roles of the subject, `decider` is what decides otherwise.
    """

    invariant_id: str
    tenant_id: str
    action: str
    holder: Holder = ()
    example: Mapping[str, JSONValue] | None = None
    decider: Decider | None = None
    doubt: str = ""


class State(Protocol):
    """What a proof needs of a desired state; a snapshot has all of it."""

    @property
    def policies(self) -> Policies:
        """Return the compiled policies."""
        ...

    @property
    def regions(self) -> Regions:
        """Return the data regions."""
        ...

    @property
    def tenants(self) -> Mapping[str, Tenant]:
        """Return the tenants by id."""
        ...

    @property
    def tenant_variables(self) -> Mapping[str, Mapping[str, Value]]:
        """Return what conditions see of each tenant."""
        ...


def counterexamples(
    invariants: Iterable[Invariant], state: State
) -> Iterator[Counterexample]:
    """Yield a counterexample for each tenant and action that breaks an invariant.

    Tenants that nothing asked can tell apart share a proof, and what the first of them
    by order is told: who, by which rule, and an example.
    """
    prover = _Prover(state)
    for invariant in invariants:
        held: set[object] = set()
        for action in invariant.actions:
            yield from prover.broken(invariant, action, held)


class _Prover:
    """Proves by policy bundle, and by what of a tenant is seen there.

    What an invariant `held` for need not be proved again where other bundles or actions
    have the same rules.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._book = RuleBook(state.policies)
        self._known = texts_about(state.policies.catalog, state.regions)
        self._by_bundle: dict[str, list[str]] = {}
        for tenant_id, tenant in sorted(state.tenants.items()):
            self._by_bundle.setdefault(tenant.policy_bundle_ref, []).append(tenant_id)

    def broken(
        self, invariant: Invariant, action: str, held: set[object]
    ) -> Iterator[Counterexample]:
        """Yield a counterexample for each tenant that breaks it, by their order."""
        found: dict[str, Counterexample] = {}
        for bundle, tenants in self._by_bundle.items():
            asked = [each for each in tenants if _is_about(invariant, each)]
            rules = self._book.cell(bundle, action) if asked else None
            found.update(self._among(asked, invariant, action, rules, held))
        for tenant_id in sorted(found):
            yield replace(found[tenant_id], tenant_id=tenant_id)

    def _among(
        self,
        tenants: Sequence[str],
        invariant: Invariant,
        action: str,
        rules: CellRules | None,
        held: set[object],
    ) -> Iterator[tuple[str, Counterexample]]:
        """Yield which of the tenants with these rules have a counterexample."""
        told = [each.when for each in (rules.all if rules else ()) if each.when]
        asked = [*told, *([invariant.when] if invariant.when else [])]
        sight = Sight.of(asked, self._known)
        meaning = (self._state.policies.catalog.actions.get(action), _meaning(rules))
        proofs: dict[object, Counterexample | None] = {}
        for tenant_id in tenants:
            seen = sight.seen(self._state.tenant_variables[tenant_id])
            if seen not in proofs and (meaning, seen) not in held:
                cell = CellSide(self._side(action, tenant_id), rules)
                proofs[seen] = _first(invariant, action, cell, tenant_id)
                if proofs[seen] is None:
                    held.add((meaning, seen))
            proof = proofs.get(seen)
            if proof is not None:
                yield tenant_id, proof

    def _side(self, action: str, tenant_id: str) -> Side:
        catalog = self._state.policies.catalog
        variables = self._state.tenant_variables[tenant_id]
        return Side(
            catalog, self._state.regions, variables, catalog.actions.get(action)
        )


def _meaning(rules: CellRules | None) -> object:
    """Return all of some rules that decides whether an invariant holds."""
    if rules is None:
        return None
    return tuple(
        tuple((each.roles, each.when) for each in row)
        for row in (rules.deny, rules.allow)
    )


def _is_about(invariant: Invariant, tenant_id: str) -> bool:
    return invariant.tenants is None or tenant_id in invariant.tenants


def _first(
    invariant: Invariant, action: str, cell: CellSide, tenant_id: str
) -> Counterexample | None:
    """Return the first case that breaks the invariant in one cell."""
    reached = False
    doubts: set[str] = set()
    last: Counterexample | None = None
    sets, doubt = _asked(invariant, cell)
    for holder in sets:
        space, cases, judge = _cases(invariant, cell, holder)
        doubts |= space.odd | ({doubt} if doubt else set())
        for point in cases:
            allowed, decider = judge.decide(holder, judge.told(point))
            if allowed is (invariant.form in {Form.ALWAYS, Form.REACHABLE}):
                reached = True
                continue
            last = Counterexample(
                invariant.invariant_id,
                tenant_id,
                action,
                holder,
                shown_values(space.values(point)),
                decider,
            )
            if invariant.form is not Form.REACHABLE:
                return last
    if invariant.form is Form.REACHABLE:
        if reached:
            return None
        return last or Counterexample(invariant.invariant_id, tenant_id, action)
    if doubts:
        why = "; ".join(sorted(doubts))
        return Counterexample(invariant.invariant_id, tenant_id, action, doubt=why)
    return None


def _cases(
    invariant: Invariant, cell: CellSide, holder: Holder
) -> tuple[Space, Iterator[Point], Judge]:
    """Return a cell's space, the points an invariant speaks of, and who decides."""
    when = invariant.when
    space = space_of([cell], holder, [(0, when)] if when is not None else ())
    judge = Judge([cell], 0, space)
    if when is None:
        return space, space.points(), judge
    holds = space.asker(0, when)
    return space, (point for point in space.points() if holds(point) is True), judge


def _asked(invariant: Invariant, cell: CellSide) -> tuple[list[Holder], str]:
    """Return the sets of roles to try, and why they may not be enough."""
    declared = sorted(cell.side.catalog.roles)
    alone: list[Holder] = [(role,) for role in declared if role in invariant.roles]
    if invariant.form in {Form.ALWAYS, Form.REACHABLE}:
        return alone, ""
    if invariant.form is Form.NEVER and invariant.roles:
        return alone, ""
    reading = reads_roles([cell]) or (
        invariant.when is not None and ROLES in paths_in(invariant.when)
    )
    sets: list[Holder] = [(), *((role,) for role in declared)]
    doubt = ""
    if reading:
        sets, doubt = holders([cell], all_sets=True)
    if invariant.form is Form.ONLY:
        sets = [each for each in sets if invariant.roles.isdisjoint(each)]
    return sets, doubt
