"""Which flags answer otherwise, for which tenants and which share of their subjects.

Shares are of subjects that are known; a service that asks without a subject gets a
split's default. The order of an evaluation is that of `companyos.flags.evaluate`; only
conditions are answered by a space of classes, and hashes by cells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from companyos.conditions.tree import Node
from companyos.diff.cover import ALWAYS, condition_for
from companyos.diff.frame import Frame, Side
from companyos.diff.meaning import meaning_of, value_text
from companyos.diff.model import FlagChange, FlagMove, Transition
from companyos.diff.shares import (
    CELLS_MAX,
    Cuts,
    Numbers,
    Salt,
    Shares,
    least_moved,
    moved,
    share_moved,
)
from companyos.diff.space import Point, Space
from companyos.diff.terms import REGION, Outcome, paths_in
from companyos.flags.bucketing import share_of
from companyos.flags.model import Evaluation, Flag
from companyos.flags.ready import ReadyFlag, ReadySplit
from companyos.snapshot import Snapshot

NO_FLAG = "null"
"""What a flag answers that is not there; no variant has this value."""


def flag_changes(
    before: Snapshot, after: Snapshot, *, now: datetime
) -> tuple[FlagChange, ...]:
    """Return all flags that answer otherwise for a tenant of both sides."""
    return flags_compared(before, after, now=now)[0]


def flags_compared(
    before: Snapshot, after: Snapshot, *, now: datetime
) -> tuple[tuple[FlagChange, ...], tuple[str, ...]]:
    """Return the same, and why there may be more: of every flag that was asked."""
    comparison = _Comparison(before, after, now)
    found: dict[tuple[str, bool, str], FlagChange] = {}
    doubts: set[str] = set()
    for flag_id, tenants in comparison.to_ask():
        for group in comparison.alike(flag_id, tenants):
            change = comparison.change(flag_id, group)
            doubts |= {f"{flag_id}: {why}" for why in change.inexact}
            if change.moves:
                key = (
                    flag_id,
                    change.taking_part,
                    repr((change.moves, change.inexact)),
                )
                known = found.get(key)
                all_ = (*known.tenants, *group) if known else tuple(group)
                found[key] = replace(change, tenants=tuple(sorted(all_)))
    changes = found.values()
    in_order = sorted(changes, key=lambda c: (c.flag_id, not c.taking_part, c.tenants))
    return tuple(in_order), tuple(sorted(doubts))


class _Comparison:
    """Both snapshots, and what of their flags differs."""

    def __init__(self, before: Snapshot, after: Snapshot, now: datetime) -> None:
        self._sides = (before, after)
        self._now = now
        self._tenants = sorted(before.tenants.keys() & after.tenants.keys())
        self._flags = sorted(before.flags.flags.keys() | after.flags.flags.keys())
        self._members = [_members(each) for each in self._sides]
        self._regions = before.regions != after.regions
        one, other = (each.policies.catalog for each in self._sides)
        self._catalog = (one.subject, one.context, one.roles.keys()) != (
            other.subject,
            other.context,
            other.roles.keys(),
        )
        self._touched = {name for name in self._flags if self._is_touched(name)}

    def to_ask(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each flag and the tenants for which it may answer otherwise."""
        before, after = self._sides
        moved_tenants = [
            name
            for name in self._tenants
            if before.tenants[name].feature_flags != after.tenants[name].feature_flags
            or before.tenant_variables[name] != after.tenant_variables[name]
        ]
        for flag_id in self._flags:
            chain = self._chain(flag_id)
            tenants = moved_tenants
            if not self._touched.isdisjoint(chain):
                tenants = self._tenants
            if tenants:
                yield flag_id, tenants

    def alike(self, flag_id: str, tenants: Iterable[str]) -> list[list[str]]:
        """Return the tenants, together where nothing tells them apart."""
        chain = self._chain(flag_id)
        read = {
            path[1]
            for side in self._sides
            for node in _rules_of(side, chain)
            for path in paths_in(node)
            if path[0] == "tenant" or path == ("subject", "tenant")
        }
        names = sorted("id" if name == "tenant" else name for name in read)
        found: dict[object, list[str]] = {}
        for tenant in tenants:
            key = tuple(
                (
                    tuple(self._mark(side, name, tenant) for name in chain),
                    tuple(side.tenant_variables[tenant].get(name) for name in names),
                )
                for side in self._sides
            )
            found.setdefault(key, []).append(tenant)
        return list(found.values())

    def change(self, flag_id: str, tenants: Sequence[str]) -> FlagChange:
        """Return what a flag does otherwise for tenants that are alike."""
        tenant = tenants[0]
        one, other = self._sides
        takes_part = any(
            flag_id in s.tenants[tenant].feature_flags for s in self._sides
        )
        places = [s.flags.flags.get(flag_id) for s in self._sides]
        change = FlagChange(
            flag_id,
            tuple(tenants),
            takes_part,
            (),
            places[0].place if places[0] else None,
            places[1].place if places[1] else None,
        )
        if not takes_part:
            if None in places:
                return change  # nobody here asked for it
            pair = (_default(one, flag_id), _default(other, flag_id))
            return replace(change, moves=tuple(_whole(pair)))
        return self._asked(change, tenant)

    def _asked(self, change: FlagChange, tenant: str) -> FlagChange:
        chain = self._chain(change.flag_id)
        askers = [_Asker(side, tenant, self._now) for side in self._sides]
        asked = [
            (number, node)
            for number, side in enumerate(self._sides)
            for node in _rules_of(side, chain)
        ]
        frame = Frame(
            [_side(side, tenant) for side in self._sides], roles_are_free=True
        )
        space = Space(asked, frame)
        told = [
            {node: space.asker(number, node) for n, node in asked if n == number}
            for number in range(2)
        ]
        cuts = Cuts.of(
            cut for asker in askers for name in chain for cut in asker.cuts(name)
        )
        odd = set(space.odd)
        if cuts.count > CELLS_MAX:
            odd.add(f"{cuts.count} combinations of shares")
            return replace(change, inexact=tuple(sorted(odd)))
        moves = _moves(space, cuts, askers, told, change.flag_id)
        if moves and len(cuts.by_salt) > 1:
            odd.add("several salts decide together, so shares are those expected")
        return replace(change, moves=moves, inexact=tuple(sorted(odd)))

    def _chain(self, flag_id: str) -> tuple[str, ...]:
        """Return a flag after all that it needs on either side."""
        found = dict.fromkeys(
            name
            for side in self._sides
            if (ready := side.flags.ready.get(flag_id))
            for name in ready.needed
        )
        return (*found, flag_id)

    def _is_touched(self, flag_id: str) -> bool:
        one, other = (side.flags.flags.get(flag_id) for side in self._sides)
        if one is None or other is None or meaning_of(one) != meaning_of(other):
            return True
        rules = [rule.when for rule in one.rules]
        if rules and self._catalog:
            return True
        if self._regions and any(REGION in paths_in(node) for node in rules):
            return True
        members = [each.get(flag_id) for each in self._members]
        ready = self._sides[0].flags.ready[flag_id]
        return members[0] != members[1] and any(s.by_tenant for s in _splits(ready))

    def _mark(self, side: Snapshot, flag_id: str, tenant: str) -> tuple[object, ...]:
        """Return what a tenant has of its own in one flag."""
        ready = side.flags.ready.get(flag_id)
        if ready is None or flag_id not in side.tenants[tenant].feature_flags:
            return (False,)
        ranks = tuple(
            side.tenant_ranks.share_of(tenant, ready.flag, split)
            for split in _splits(ready)
            if split.by_tenant
        )
        override = ready.overrides.get(tenant)
        served = ready.flag.overrides[tenant].serve if override else None
        until = override.until if override else None
        return (True, served, until is None or self._now < until, ranks)


_Told: TypeAlias = Mapping[Node, Callable[[Point], Outcome]]


@dataclass(frozen=True, slots=True)
class _Asker:
    """Evaluates the flags of one snapshot for one tenant."""

    snapshot: Snapshot
    tenant: str
    now: datetime

    def cuts(self, flag_id: str) -> list[tuple[Salt, tuple[int, ...]]]:
        """Return the limits of the splits by subject that may decide."""
        ready = self.snapshot.flags.ready.get(flag_id)
        if ready is None or not self._takes_part(flag_id):
            return []
        own = ready.overrides.get(self.tenant)
        found = _splits(replace(ready, overrides={self.tenant: own} if own else {}))
        salt = _salt(ready.flag)
        return [(salt, split.limits) for split in found if not split.by_tenant]

    def answer(
        self, flag_id: str, told: _Told, point: Point, numbers: Numbers
    ) -> str | None:
        """Return the variant that a flag gives, None where there is no such flag."""
        ready = self.snapshot.flags.ready.get(flag_id)
        if ready is None:
            return None
        closed = self._closed(ready)
        if closed is not None:
            return closed.variant
        for item in ready.flag.prerequisites:
            if self.answer(item.flag_id, told, point, numbers) != item.variant:
                return ready.unmet[item.flag_id].variant
        return self._open(ready, told, point, numbers)

    def value(self, flag_id: str, variant: str | None) -> str:
        """Return a variant's value as canonical text."""
        if variant is None:
            return NO_FLAG
        return value_text(self.snapshot.flags.flags[flag_id].variants[variant])

    def _takes_part(self, flag_id: str) -> bool:
        return flag_id in self.snapshot.tenants[self.tenant].feature_flags

    def _closed(self, ready: ReadyFlag) -> Evaluation | None:
        if ready.disabled is not None:
            return ready.disabled
        if ready.expires_at is not None and self.now >= ready.expires_at:
            return ready.expired
        return None if self._takes_part(ready.flag_id) else ready.not_taking_part

    def _open(
        self, ready: ReadyFlag, told: _Told, point: Point, numbers: Numbers
    ) -> str | None:
        answer: Evaluation | ReadySplit = ready.rollout or ready.default
        override = ready.overrides.get(self.tenant)
        if override and (override.until is None or self.now < override.until):
            answer = override.answer
        else:
            for rule, made in zip(ready.flag.rules, ready.rules, strict=True):
                if told[rule.when](point) is True:
                    answer = made.answer
                    break
        if isinstance(answer, Evaluation):
            return answer.variant
        return answer.shares[self._share(answer, ready.flag, numbers)].variant

    def _share(self, split: ReadySplit, flag: Flag, numbers: Numbers) -> int:
        if split.by_tenant:
            return self.snapshot.tenant_ranks.share_of(self.tenant, flag, split)
        return share_of(numbers[_salt(flag)], split.limits)


def _moves(
    space: Space,
    cuts: Cuts,
    askers: Sequence[_Asker],
    told: Sequence[_Told],
    flag_id: str,
) -> tuple[FlagMove, ...]:
    known: dict[object, Shares] = {}
    points: dict[object, list[Point]] = {}
    rows = [ask for table in told for ask in table.values()]
    for point in space.points():
        key = tuple(ask(point) for ask in rows)
        points.setdefault(key, []).append(point)
        if key not in known:
            known[key] = moved(cuts, _answers(askers, told, flag_id, point))
    together: dict[object, tuple[Shares, list[Point]]] = {}
    for told_there, shares in known.items():
        if share_moved(shares):
            same = frozenset(shares.items())
            together.setdefault(same, (shares, []))[1].extend(points[told_there])
    return tuple(
        _move(condition_for(own, space), shares) for shares, own in together.values()
    )


def _answers(
    askers: Sequence[_Asker], told: Sequence[_Told], flag_id: str, point: Point
) -> Callable[[Numbers], tuple[str, str]]:
    def answers(numbers: Numbers) -> tuple[str, str]:
        one, other = (
            asker.value(flag_id, asker.answer(flag_id, table, point, numbers))
            for asker, table in zip(askers, told, strict=True)
        )
        return one, other

    return answers


def _move(when: Node | None, shares: Shares) -> FlagMove:
    transitions = [
        Transition(json.loads(one), json.loads(two), float(part))
        for (one, two), part in sorted(shares.items())
        if one != two
    ]
    share = share_moved(shares)
    return FlagMove(when, float(share), tuple(transitions), share > least_moved(shares))


def _whole(pair: tuple[str, str]) -> Iterator[FlagMove]:
    if pair[0] != pair[1]:
        one, other = (json.loads(text) for text in pair)
        yield FlagMove(ALWAYS, 1.0, (Transition(one, other, 1.0),), is_rebucketed=False)


def _salt(flag: Flag) -> Salt:
    return flag.bucketing, flag.salt


def _default(side: Snapshot, flag_id: str) -> str:
    ready = side.flags.ready[flag_id]
    variant = (ready.disabled or ready.not_taking_part).variant
    return value_text(ready.flag.variants[variant or ready.flag.default])


def _rules_of(side: Snapshot, chain: Iterable[str]) -> Iterator[Node]:
    for name in chain:
        flag = side.flags.flags.get(name)
        for rule in flag.rules if flag else ():
            yield rule.when


def _splits(ready: ReadyFlag) -> list[ReadySplit]:
    answers: list[object] = [ready.rollout]
    answers += [override.answer for override in ready.overrides.values()]
    answers += [rule.answer for rule in ready.rules]
    return [answer for answer in answers if isinstance(answer, ReadySplit)]


def _members(side: Snapshot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, tenant in side.tenants.items():
        for flag_id in tenant.feature_flags:
            found.setdefault(flag_id, set()).add(name)
    return found


def _side(snapshot: Snapshot, tenant: str) -> Side:
    return Side(
        snapshot.policies.catalog, snapshot.regions, snapshot.tenant_variables[tenant]
    )
