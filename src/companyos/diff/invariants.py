"""Proving what must hold whatever the rules say, over the same classes as a diff.

Single roles are enough to prove that nobody may: whoever is allowed with several roles
has one that brings the allow, and is denied by none of them, so that role alone is
allowed as well. Where a condition reads `subject.roles`, every set of roles is tried.
A proof that cannot be finished is told as such; it never counts as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from companyos.conditions.tree import Node
from companyos.diff.access import shown_values, tenant_name
from companyos.diff.cells import (
    CellSide,
    Holder,
    Judge,
    RuleBook,
    holders,
    reads_roles,
    space_of,
)
from companyos.diff.frame import Side
from companyos.diff.model import Decider
from companyos.diff.space import Point, Space
from companyos.diff.terms import ROLES, paths_in
from companyos.digests import JSONValue
from companyos.snapshot import Snapshot


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


def counterexamples(
    invariants: Iterable[Invariant], snapshot: Snapshot
) -> Iterator[Counterexample]:
    """Yield a counterexample for each tenant and action that breaks an invariant."""
    book = RuleBook(snapshot.policies)
    for invariant in invariants:
        for action in invariant.actions:
            yield from _broken(invariant, action, book, snapshot)


def _broken(
    invariant: Invariant, action: str, book: RuleBook, snapshot: Snapshot
) -> Iterator[Counterexample]:
    known: dict[object, Counterexample | None] = {}
    names: dict[str, tuple[str, ...]] = {}
    for tenant_id, tenant in sorted(snapshot.tenants.items()):
        if invariant.tenants is not None and tenant_id not in invariant.tenants:
            continue
        bundle = tenant.policy_bundle_ref
        variables = snapshot.tenant_variables[tenant_id]
        side = Side(
            snapshot.policies.catalog,
            snapshot.regions,
            variables,
            snapshot.policies.catalog.actions.get(action),
        )
        cell = CellSide(side, book.cell(bundle, action))
        if bundle not in names:
            names[bundle] = _names_seen(cell, invariant)
        key = (bundle, tuple(variables.get(name) for name in names[bundle]))
        if key not in known:
            known[key] = _first(invariant, action, cell, tenant_id)
        found = known[key]
        if found is not None:
            yield replace(found, tenant_id=tenant_id)


def _names_seen(cell: CellSide, invariant: Invariant) -> tuple[str, ...]:
    nodes = [*cell.conditions, *([invariant.when] if invariant.when else [])]
    paths = {path for node in nodes for path in paths_in(node)}
    return tuple(sorted({name for path in paths if (name := tenant_name(path))}))


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
