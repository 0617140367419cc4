"""Who gains and who loses access between two snapshots.

Only cells that changed are looked at, and tenants that conditions cannot tell apart are
looked at together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from companyos.conditions import Value
from companyos.diff.alike import gather, tenant_name, texts_about
from companyos.diff.cells import (
    Answer,
    CellRules,
    CellSide,
    Holder,
    Judge,
    RuleBook,
    alike_roles,
    holders,
    reads_roles,
    space_of,
)
from companyos.diff.cover import condition_for
from companyos.diff.frame import Side, shown_values
from companyos.diff.model import AccessChange, Decider, Direction
from companyos.diff.space import Point, Space
from companyos.diff.terms import REGION, ROLES, Outcome, Path, paths_in
from companyos.digests import JSONValue
from companyos.snapshot import Snapshot

PAIRS_MAX = 20
"""Of more pairs of roles that are treated alike only the first is named."""


def access_changes(before: Snapshot, after: Snapshot) -> tuple[AccessChange, ...]:
    """Return all access gained and lost by people of tenants on both sides."""
    return access_compared(before, after)[0]


def access_compared(
    before: Snapshot, after: Snapshot
) -> tuple[tuple[AccessChange, ...], tuple[str, ...]]:
    """Return the same, and why there may be more: of every action that was asked."""
    comparison = _Comparison(before, after)
    found: list[AccessChange] = []
    doubts: set[str] = set()
    for tenants in comparison.alike_tenants():
        for action in comparison.changed_actions(tenants[0]):
            sides = comparison.cell(tenants[0], action)
            changes = cell_changes(sides, action, doubts)
            found += [replace(each, tenants=tuple(tenants)) for each in changes]
    return _together(found), tuple(sorted(doubts))


_TenantClass: TypeAlias = tuple[str, str, tuple[tuple[Value | None, ...], ...]]
"""The bundle on each side, and what their conditions see of the tenant."""


class _Comparison:
    """Both snapshots, and what of them differs."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self._both = (before, after)
        self._books = tuple(RuleBook(each.policies) for each in self._both)
        self._regions = before.regions != after.regions
        one, other = (each.policies.catalog for each in self._both)
        self._subjects = one.subject != other.subject
        self._seen = {REGION} if self._regions else set[Path]()
        if one.roles.keys() != other.roles.keys():
            self._seen.add(ROLES)
        self._types = {
            name
            for name in one.resource_types.keys() | other.resource_types.keys()
            if one.resource_types.get(name) != other.resource_types.get(name)
        }
        self._actions = sorted(one.actions.keys() | other.actions.keys())
        self._known = frozenset[str]().union(
            *(texts_about(each.policies.catalog, each.regions) for each in self._both)
        )
        self._pairs: dict[tuple[str, str], _BundlePair] = {}

    def alike_tenants(self) -> list[list[str]]:
        """Return the tenants of both sides, together where no condition differs."""
        before, after = self._both
        found: dict[_TenantClass, list[str]] = {}
        for name in sorted(before.tenants.keys() & after.tenants.keys()):
            pair = self._pair(name)
            if pair.is_untouched and not self._sees_changes(name, pair):
                continue
            key = (
                *self._bundles(name),
                tuple(pair.seen(self._variables(name), apart=self._regions)),
            )
            found.setdefault(key, []).append(name)
        return list(found.values())

    def changed_actions(self, tenant_id: str) -> list[str]:
        """Return the actions about which people of a tenant may be told otherwise."""
        pair = self._pair(tenant_id)
        one, other = self._variables(tenant_id)
        changed = {
            name for name in one.keys() | other if one.get(name) != other.get(name)
        }
        return [
            action
            for action in self._actions
            if action in pair.changed or pair.reads(action, changed)
        ]

    def cell(self, tenant_id: str, action: str) -> tuple[CellSide, CellSide]:
        """Return both sides of a cell."""
        one, other = (
            CellSide(
                _side(each, tenant_id, action),
                book.cell(each.tenants[tenant_id].policy_bundle_ref, action),
            )
            for each, book in zip(self._both, self._books, strict=True)
        )
        return one, other

    def _bundles(self, tenant_id: str) -> tuple[str, str]:
        one, other = (each.tenants[tenant_id].policy_bundle_ref for each in self._both)
        return one, other

    def _variables(self, tenant_id: str) -> list[Mapping[str, Value]]:
        return [each.tenant_variables[tenant_id] for each in self._both]

    def _sees_changes(self, tenant_id: str, pair: _BundlePair) -> bool:
        one, other = self._variables(tenant_id)
        return one != other and bool(pair.paths)

    def _pair(self, tenant_id: str) -> _BundlePair:
        names = self._bundles(tenant_id)
        if names not in self._pairs:
            cells = {
                action: [
                    book.cell(name, action)
                    for book, name in zip(self._books, names, strict=True)
                ]
                for action in self._actions
            }
            changed = {
                action
                for action, (one, other) in cells.items()
                if self._is_changed(action, one, other)
            }
            self._pairs[names] = _BundlePair.of(cells, changed, self._known)
        return self._pairs[names]

    def _is_changed(
        self, action: str, one: CellRules | None, other: CellRules | None
    ) -> bool:
        if one is None or other is None:
            return one is not other
        if self._subjects or action.partition(":")[0] in self._types:
            return True
        if self._seen and any(
            rule.when is not None and not self._seen.isdisjoint(paths_in(rule.when))
            for rule in (*one.all, *other.all)
        ):
            return True
        return _meaning(one) != _meaning(other)


@dataclass(frozen=True, slots=True)
class _BundlePair:
    """A tenant's policy bundle on each side.

    `changed` are the actions whose rules differ, `paths` what each action's conditions
    see of the tenant, `texts` all that an id may be held against; `is_plain` tells that
    texts are only ever equal or different.
    """

    changed: frozenset[str]
    paths: Mapping[str, frozenset[str]]
    texts: frozenset[str]
    is_plain: bool

    @classmethod
    def of(
        cls,
        cells: Mapping[str, list[CellRules | None]],
        changed: Iterable[str],
        known: Iterable[str],
    ) -> _BundlePair:
        """Return what is to know about a pair; `known` are texts beside conditions'."""
        paths: dict[str, frozenset[str]] = {}
        texts: set[str] = set(known)
        plain = True
        for action, both in cells.items():
            nodes = [
                rule.when for each in both if each for rule in each.all if rule.when
            ]
            read = {path for node in nodes for path in paths_in(node)}
            seen = frozenset(name for path in read if (name := tenant_name(path)))
            if seen:
                paths[action] = seen
                for node in nodes:
                    plain = gather(node, texts) and plain
        return cls(frozenset(changed), paths, frozenset(texts), plain)

    @property
    def is_untouched(self) -> bool:
        """Return whether the bundles say the same about everything."""
        return not self.changed

    def reads(self, action: str, names: set[str]) -> bool:
        """Return whether an action's conditions see one of a tenant's variables."""
        return not names.isdisjoint(self.paths.get(action, ()))

    def seen(
        self, variables: Sequence[Mapping[str, Value]], *, apart: bool
    ) -> Iterator[tuple[Value | None, ...]]:
        """Yield what conditions can tell a tenant by; `apart`, also by its id."""
        apart = apart or variables[0] != variables[1] or not self.is_plain
        names = sorted({name for names in self.paths.values() for name in names})
        own = {v for each in variables for name, v in each.items() if name != "id"}
        for name in names:
            values = tuple(each.get(name) for each in variables)
            if name == "id" and not apart and (self.texts | own).isdisjoint(values):
                # No condition knows this id, so it is as good as any other such.
                values = ("",)
            yield values
        yield tuple(variables[0].get(name) == variables[1].get(name) for name in names)


def _meaning(rules: CellRules) -> tuple[frozenset[tuple[object, ...]], ...]:
    """Return what rules say, without who says it and in which order."""
    return tuple(
        frozenset((rule.roles, rule.when) for rule in each)
        for each in (rules.deny, rules.allow)
    )


def _side(snapshot: Snapshot, tenant_id: str, action: str) -> Side:
    catalog = snapshot.policies.catalog
    return Side(
        catalog,
        snapshot.regions,
        snapshot.tenant_variables[tenant_id],
        catalog.actions.get(action, action.partition(":")[0]),
    )


_Key: TypeAlias = tuple[Direction, Decider, Decider]


def cell_changes(
    sides: Sequence[CellSide], action: str, doubts: set[str]
) -> Iterator[AccessChange]:
    """Yield who gains and loses one action; the tenants are for the caller to name.

    `doubts` learns why not all may be found, whether or not anything is.
    """
    asked, doubt = holders(sides)
    names = {kind[0]: kind for kind in alike_roles(sides)}
    dependent = reads_roles(sides)
    space = space_of(sides, ())
    table = None if dependent else _Table(sides, space, reads_roles=False)
    singles: dict[tuple[str, Direction], set[Point]] = {}
    for holder in asked:
        own = table or _Table(sides, space_of(sides, holder), reads_roles=True)
        by_key = own.changes(holder)
        inexact = own.space.odd | ({doubt} if doubt else set())
        doubts |= {f"{action}: {why}" for why in inexact}
        if len(holder) == 1:
            for (direction, *_), points in by_key.items():
                singles.setdefault((holder[0], direction), set()).update(points)
        for (direction, before, after), points in by_key.items():
            shown = points
            if len(holder) > 1 and not dependent:
                known = [singles.get((role, direction), set()) for role in holder]
                shown = [p for p in points if not any(p in each for each in known)]
            if shown:
                yield AccessChange(
                    direction,
                    action,
                    _spelled(holder, names if not dependent else {}),
                    (),
                    condition_for(shown, own.space),
                    before,
                    after,
                    shown_values(own.space.values(shown[0])),
                    tuple(sorted(inexact)),
                )


class _Table:
    """Both sides' answers at every point of a space."""

    def __init__(
        self, sides: Sequence[CellSide], space: Space, *, reads_roles: bool
    ) -> None:
        self.space = space
        self._judges = [Judge(sides, n, space) for n in range(len(sides))]
        self._roles = [frozenset(each.side.catalog.roles) for each in sides]
        self._reads_roles = reads_roles
        self._told: dict[tuple[tuple[Outcome, ...], ...], list[Point]] = {}
        for point in space.points():
            told = tuple(judge.told(point) for judge in self._judges)
            self._told.setdefault(told, []).append(point)

    def changes(self, holder: Holder) -> dict[_Key, list[Point]]:
        """Return the points where the answer changes, by how it does."""
        found: dict[_Key, list[Point]] = {}
        for told, points in self._told.items():
            one, other = self._decide(holder, told)
            if one[0] is not other[0]:
                key = self._key(holder, told, (one, other))
                found.setdefault(key, []).extend(points)
        return found

    def _decide(
        self, holder: Iterable[str], told: tuple[tuple[Outcome, ...], ...]
    ) -> tuple[Answer, Answer]:
        one, other = (
            judge.decide(holder, own)
            for judge, own in zip(self._judges, told, strict=True)
        )
        return one, other

    def _key(
        self,
        holder: Holder,
        told: tuple[tuple[Outcome, ...], ...],
        answers: tuple[Answer, Answer],
    ) -> _Key:
        """Return how an answer changes, and whether by a role that comes or goes."""
        one, other = (decider for _, decider in answers)
        shared = frozenset.intersection(*self._roles).intersection(holder)
        if len(shared) < len(holder):
            plain = self._decide(shared, told)
            # Where conditions read the roles they were not asked without that role.
            differ = [
                self._reads_roles or a != b for a, b in zip(answers, plain, strict=True)
            ]
            one = replace(one, lacks_role=differ[1] and self._lacks(0, holder))
            other = replace(other, lacks_role=differ[0] and self._lacks(1, holder))
        direction = Direction.GAINED if answers[1][0] else Direction.LOST
        return direction, one, other

    def _lacks(self, number: int, holder: Holder) -> bool:
        return not self._roles[number].issuperset(holder)


def _spelled(
    holder: Holder, names: Mapping[str, tuple[str, ...]]
) -> tuple[Holder, ...]:
    """Return all sets of roles that one set stands for."""
    kinds = [names.get(role, (role,)) for role in holder]
    every = sorted({tuple(sorted(each)) for each in product(*kinds)})
    return tuple(every if len(holder) < 2 else every[:PAIRS_MAX])


def _together(changes: Iterable[AccessChange]) -> tuple[AccessChange, ...]:
    """Return the changes, those of several tenants and roles as one where alike."""
    by_tenants: dict[object, AccessChange] = {}
    for each in changes:
        key = (_alike(each), each.holders, each.when, _frozen(each.example))
        known = by_tenants.get(key)
        tenants = (*known.tenants, *each.tenants) if known else each.tenants
        by_tenants[key] = replace(each, tenants=tuple(sorted(set(tenants))))
    by_roles: dict[object, AccessChange] = {}
    for each in by_tenants.values():
        # Without words for who is meant, sets of roles are kept apart.
        own = each.holders if each.when is None else ()
        alike = (_alike(each), each.tenants, each.when, own)
        known = by_roles.get(alike)
        held = (*known.holders, *each.holders) if known else each.holders
        by_roles[alike] = replace(each, holders=tuple(sorted(set(held), key=_by_size)))
    return tuple(sorted(by_roles.values(), key=_place_in_order))


def _alike(change: AccessChange) -> tuple[object, ...]:
    """Return what must be alike for two changes to be told as one."""
    return (
        change.direction, change.action, change.before, change.after, change.inexact,
    )  # fmt: skip


def _frozen(example: Mapping[str, JSONValue]) -> str:
    return str(sorted(example.items()))


def _by_size(holder: Holder) -> tuple[int, Holder]:
    return len(holder), holder


def _place_in_order(change: AccessChange) -> tuple[object, ...]:
    sizes = min(map(len, change.holders))
    return (
        change.action, change.direction, sizes, change.holders, change.tenants,
        str(change.before), str(change.after), str(change.when),
    )  # fmt: skip
