"""Saying who is meant: a short condition that holds at some points and at no others.

The points are put together into boxes (a set of classes of each group), and each
group's part of a box is written with the atoms that people wrote. The result is small,
not always the smallest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import combinations
from math import prod
from typing import TypeAlias

from companyos.conditions.tree import (
    And,
    Compare,
    Comparison,
    Has,
    ListOf,
    Literal,
    Node,
    Not,
    Or,
)
from companyos.diff.space import Group, Point, Space
from companyos.diff.terms import has_node, node_of

Box: TypeAlias = tuple[frozenset[int], ...]

BOXES_MAX = 6
MERGED_MAX = 5_000
"""More points than this that form no single box are not put into words."""

ALWAYS = Literal(True)
_NEGATED = {
    Comparison.EQ: Comparison.NE,
    Comparison.NE: Comparison.EQ,
    Comparison.LT: Comparison.GE,
    Comparison.GE: Comparison.LT,
    Comparison.GT: Comparison.LE,
    Comparison.LE: Comparison.GT,
}


def condition_for(points: Sequence[Point], space: Space) -> Node | None:
    """Return the condition that holds at exactly these points, None if it is long."""
    boxes = _boxes(points, space.sizes)
    if boxes is None or space.is_sampled:
        return None
    found = [_of_box(box, space) for box in boxes]
    parts = [part for part in found if part is not None]
    if len(parts) < len(found):
        return None
    return ALWAYS if ALWAYS in parts else _joined(parts, Or)


def _boxes(points: Sequence[Point], sizes: tuple[int, ...]) -> list[Box] | None:
    shadow = tuple(frozenset(column) for column in zip(*points, strict=True))
    if prod(map(len, shadow)) == len(points):
        return [shadow]
    if len(points) > MERGED_MAX:
        return None
    single = [tuple(frozenset((n,)) for n in point) for point in points]
    orders = (range(len(sizes)), range(len(sizes) - 1, -1, -1))
    tried = [_merged(single, order) for order in orders]
    best = min(tried, key=len)
    return best if len(best) <= BOXES_MAX else None


def _merged(boxes: list[Box], order: Iterable[int]) -> list[Box]:
    for at in order:
        alike: dict[Box, frozenset[int]] = {}
        for box in boxes:
            key = (*box[:at], frozenset[int](), *box[at + 1 :])
            alike[key] = alike.get(key, frozenset()) | box[at]
        boxes = [(*k[:at], own, *k[at + 1 :]) for k, own in alike.items()]
    return boxes


def _of_box(box: Box, space: Space) -> Node | None:
    parts: list[Node] = []
    for group, chosen in zip(space.groups, box, strict=True):
        if len(chosen) < len(group.classes):
            part = _of_group(group, chosen)
            if part is None:
                return None
            parts.append(part)
    return _joined(parts, And) if parts else ALWAYS


def _of_group(group: Group, chosen: frozenset[int]) -> Node | None:
    return _listed(group, chosen) if group.is_plain else _by_atoms(group, chosen)


def _listed(group: Group, chosen: frozenset[int]) -> Node | None:
    """Return the part about one plain text: which constants it is, or is not."""
    (path,) = group.paths
    there = [n for n, each in enumerate(group.classes) if not each.is_absent]
    optional = len(there) < len(group.classes)
    wanted = [n for n in there if n in chosen]
    absent = optional and len(wanted) < len(chosen)
    present = has_node(path)
    if not wanted:
        return Not(present)
    if len(wanted) == len(there):
        return present
    part = _membership(group, wanted, there)
    if absent:
        return Or(Not(present), part)
    return And(present, part) if optional else part


def _membership(group: Group, wanted: list[int], there: list[int]) -> Node:
    read = node_of(group.paths[0])
    is_open = any(group.classes[n].is_open for n in wanted)
    named = [n for n in there if (n not in wanted) is is_open]
    texts = sorted(text for n in named for text in group.classes[n].members)
    if len(texts) == 1:
        operator = Comparison.NE if is_open else Comparison.EQ
        return Compare(operator, read, Literal(texts[0]))
    listed = ListOf(tuple(Literal(text) for text in texts))
    member = Compare(Comparison.IN, read, listed)
    return Not(member) if is_open else member


_Literal: TypeAlias = tuple[Node, frozenset[int]]
"""A question or its opposite, and the classes it holds in."""


_Term: TypeAlias = tuple[tuple[Node, ...], frozenset[int]]
"""Questions that hold together, and the classes in which they do."""


def _by_atoms(group: Group, chosen: frozenset[int]) -> Node | None:
    """Return a few rows of atoms that hold together in the chosen classes alone."""
    literals = [each for atom in group.atoms for each in _literals(group, atom)]
    terms: list[_Term] = []
    for size in (1, 2, 3) if len(literals) <= 16 else (1, 2):
        for several in combinations(literals, size):
            held = frozenset.intersection(*(each[1] for each in several))
            if held and held <= chosen:
                terms.append((tuple(each[0] for each in several), held))
    for number in chosen:
        full = [each for each in literals if number in each[1]]
        if full:
            held = frozenset.intersection(*(each[1] for each in full))
            if held <= chosen:
                terms.append((tuple(each[0] for each in full), held))
    return _fewest(terms, chosen)


def _fewest(terms: Sequence[_Term], chosen: frozenset[int]) -> Node | None:
    """Return the terms that together hold in all chosen classes, the widest first."""
    rows: list[Node] = []
    left = chosen
    while left:
        best = max(terms, key=lambda t: (len(t[1] & left), -len(t[0])), default=None)
        if best is None or not best[1] & left:
            return None
        rows.append(_joined(best[0], And))
        left -= best[1]
    return _joined(rows, Or)


def _literals(group: Group, atom: Node) -> list[_Literal]:
    """Return an atom and its opposite, if all sides agree on what it answers."""
    yes: set[int] = set()
    no: set[int] = set()
    for number, each in enumerate(group.classes):
        told = {answer for (_, node), answer in each.outcomes.items() if node == atom}
        if len(told) != 1:
            return []
        if True in told:
            yes.add(number)
        elif False in told:
            no.add(number)
    return [(atom, frozenset(yes)), (_opposite(atom), frozenset(no))]


def _opposite(atom: Node) -> Node:
    if isinstance(atom, Compare) and atom.operator in _NEGATED:
        return Compare(_NEGATED[atom.operator], atom.left, atom.right)
    return Not(atom)


def _joined(parts: Sequence[Node], how: type[And | Or]) -> Node:
    # A guard reads better before what it guards.
    ordered = sorted(parts, key=lambda part: not isinstance(part, Has))
    return reduce(how, ordered)
