"""The equivalence classes of subjects and resources that conditions can tell apart.

Free paths that stand together in an atom form a group. A group's classes are the
different answers its atoms can give together, each with one example; a point is a class
of every group. Two subjects and resources of one point get the same decision, so going
through the points goes through everybody, unless `odd` says why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import prod
from typing import TypeAlias

from companyos.catalog import AttributeType
from companyos.catalog.attributes import is_key, is_text
from companyos.conditions import ConditionError, evaluate
from companyos.conditions.tree import Compare, Comparison, ListOf, Literal, Node
from companyos.diff.candidates import Texts, lists_of, numbers_of, texts_of
from companyos.diff.frame import ABSENT, Absent, Frame, Given, Values
from companyos.diff.sorts import Sort, Sorts
from companyos.diff.terms import (
    COUNTRY,
    REGION,
    ROLES,
    Outcome,
    Path,
    atoms_in,
    has_node,
    node_of,
    outcome_of,
    paths_in,
)

POINTS_MAX = 200_000
GROUP_MAX = 20_000
"""Above so many the rest is left out, evenly, and the answer says it is not exact."""

ROLES_MAX = 8
"""All sets of so many roles are tried where conditions read the roles."""

Asked: TypeAlias = tuple[int, Node]
"""A side and what is asked there."""

Point: TypeAlias = tuple[int, ...]
"""The number of a class, for each group."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class of a group: an example, and what each atom answers.

    `members` are the constants it holds where the group is one plain text; `is_open`
    tells that it holds all other texts as well.
    """

    values: Values
    outcomes: Mapping[Asked, Outcome]
    members: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def is_absent(self) -> bool:
        """Return whether it is the class without the attribute."""
        return any(isinstance(value, Absent) for value in self.values.values())


@dataclass(frozen=True, slots=True)
class Group:
    """Free paths that conditions speak of together, and their classes."""

    paths: tuple[Path, ...]
    classes: tuple[Class, ...]
    atoms: tuple[Node, ...]
    is_plain: bool


class Space:
    """The classes of all values that some conditions can see."""

    def __init__(
        self,
        asked: Iterable[Asked],
        frame: Frame,
        *,
        roles: tuple[str, ...] = (),
        needed: Iterable[Path] = (),
    ) -> None:
        self._frame = frame
        self._roles = roles
        self.odd: set[str] = set()
        asked = tuple(dict.fromkeys(asked))
        atoms = tuple(
            dict.fromkeys(
                (side, atom) for side, node in asked for atom in atoms_in(node)
            )
        )
        self._sorts = Sorts(dict.fromkeys(node for _, node in asked))
        self.odd |= self._sorts.lost
        self._add_fixed(atoms)
        self._home: dict[Asked, int] = {}
        self._of_path: dict[Path, int] = {}
        self.groups: tuple[Group, ...] = ()
        for paths, own in self._grouped(atoms, needed):
            for atom in own:
                self._home[atom] = len(self.groups)
            for path in paths:
                self._of_path[path] = len(self.groups)
            self.groups += (self._group(paths, own),)
        self.sizes = tuple(len(group.classes) for group in self.groups)
        if prod(self.sizes) > POINTS_MAX:
            self.odd.add(f"there are {prod(self.sizes)} classes; a part was looked at")

    @property
    def is_sampled(self) -> bool:
        """Return whether points are left out."""
        return prod(self.sizes) > POINTS_MAX

    def points(self) -> Iterator[Point]:
        """Yield every point, or evenly spread ones where there are too many."""
        if not self.is_sampled:
            yield from product(*map(range, self.sizes))
            return
        total = prod(self.sizes)
        for number in range(POINTS_MAX):
            at = number * total // POINTS_MAX
            # Neighbours differ in their last groups only; this mixes the others in.
            at = (at * 2_654_435_761 + number) % total
            yield _digits(at, self.sizes)

    def values(self, point: Point) -> dict[Path, Given]:
        """Return an example of a point."""
        found: dict[Path, Given] = {}
        for group, number in zip(self.groups, point, strict=True):
            found.update(group.classes[number].values)
        return found

    def is_there(self, path: Path) -> Callable[[Point], bool]:
        """Return what tells whether a path has a value at a point."""
        number = self._of_path[path]
        there = [
            not isinstance(one.values[path], Absent)
            for one in self.groups[number].classes
        ]
        return lambda point: there[point[number]]

    def asker(self, side: int, node: Node) -> Callable[[Point], Outcome]:
        """Return what tells a condition's answer at a point."""
        homes = sorted({self._home[side, atom] for atom in atoms_in(node)})
        known: dict[Point, Outcome] = {}

        def told_at(point: Point) -> Outcome:
            def told(atom: Node) -> Outcome:
                home = self._home[side, atom]
                return self.groups[home].classes[point[home]].outcomes[side, atom]

            return outcome_of(node, told)

        def ask(point: Point) -> Outcome:
            key = tuple([point[home] for home in homes])
            if key not in known:
                known[key] = told_at(point)
            return known[key]

        return ask

    def _add_fixed(self, atoms: Sequence[Asked]) -> None:
        """Tell sorts the constants that stand behind fixed and following paths."""
        for path in {path for _, atom in atoms for path in paths_in(atom)}:
            fixed = self._frame.fixed(path)
            if path == REGION:
                fixed = tuple(
                    dict.fromkeys(
                        name
                        for side in self._frame.sides
                        for name in side.regions.by_country.values()
                    )
                )
            for value in fixed or ():
                if isinstance(value, str):
                    self._sorts.of(path).texts.add(value)

    def _grouped(
        self, atoms: Sequence[Asked], needed: Iterable[Path]
    ) -> list[tuple[tuple[Path, ...], tuple[Asked, ...]]]:
        """Return groups of free paths with the atoms that speak of them."""
        seeds = [(self._free_in(atom[1]), [atom]) for atom in atoms]
        seeds += [({path}, []) for path in needed]
        groups: list[tuple[set[Path], list[Asked]]] = []
        for paths, own in seeds:
            for group in [each for each in groups if each[0] & paths]:
                groups.remove(group)
                paths |= group[0]  # noqa: PLW2901 - grows by what it meets
                own = [*group[1], *own]  # noqa: PLW2901
            groups.append((paths, own))
        return [(tuple(sorted(paths)), tuple(own)) for paths, own in groups]

    def _free_in(self, atom: Node) -> set[Path]:
        found = {self._frame.free(path) for path in paths_in(atom)}
        return {path for path in found if path is not None}

    def _group(self, paths: tuple[Path, ...], atoms: tuple[Asked, ...]) -> Group:
        tried = [self._candidates(path) for path in paths]
        extra = self._extra(paths, atoms)
        asked = (*atoms, *extra)
        sides = sorted({side for side, _ in asked})
        total = prod(len(values) for values in tried)
        rows: Iterable[tuple[Given, ...]] = product(*tried)
        if total > GROUP_MAX:
            self.odd.add(f"{total} combinations of {', '.join(map(_name, paths))}")
            rows = (
                tuple(values[n] for values, n in zip(tried, digits, strict=True))
                for digits in (
                    _digits(n * total // GROUP_MAX, [len(v) for v in tried])
                    for n in range(GROUP_MAX)
                )
            )
        plain = len(paths) == 1 and self._is_plain(paths[0], atoms)
        named = self._named(paths[0]) if plain else frozenset()
        found: dict[tuple[tuple[Outcome, ...], str], list[Values]] = {}
        for row in rows:
            values = dict(zip(paths, row, strict=True))
            outcomes = self._outcomes(asked, sides, values)
            found.setdefault(outcomes, []).append(values)
        classes = []
        for outcomes, members in found.items():
            texts = [v for each in members for v in each.values() if isinstance(v, str)]
            classes.append(
                Class(
                    members[0],
                    dict(zip(asked, outcomes[0], strict=True)),
                    tuple(text for text in texts if text in named),
                    is_open=any(text not in named for text in texts),
                )
            )
        return Group(
            paths, tuple(classes), tuple(dict.fromkeys(a for _, a in asked)), plain
        )

    def _outcomes(
        self, asked: Sequence[Asked], sides: Iterable[int], values: Values
    ) -> tuple[tuple[Outcome, ...], str]:
        seen = {n: self._frame.variables(n, values, self._roles) for n in sides}
        there = "".join("01"[isinstance(v, Absent)] for v in values.values())
        return tuple(_answer(atom, seen[side]) for side, atom in asked), there

    def _extra(
        self, paths: tuple[Path, ...], atoms: tuple[Asked, ...]
    ) -> tuple[Asked, ...]:
        """Return questions nobody asked that help to say who is in which class."""
        found: list[Asked] = []
        read = {path for _, atom in atoms for path in paths_in(atom)}
        for number in range(len(self._frame.sides)):
            for path in sorted(read | set(paths)):
                attribute = self._frame.attribute(path)
                if path == REGION or (attribute and attribute.optional):
                    found.append((number, has_node(path)))
            if any(map(self._differs, read)):
                found += [(number, node) for node in self._constants(paths)]
        return tuple(each for each in dict.fromkeys(found) if each not in atoms)

    def _differs(self, path: Path) -> bool:
        """Return whether a path that is not free is not the same on each side."""
        if path == REGION:
            tables = [side.regions.by_country for side in self._frame.sides]
            return any(table != tables[0] for table in tables)
        fixed = self._frame.fixed(path) or ()
        return len(set(map(str, fixed))) > 1

    def _constants(self, paths: tuple[Path, ...]) -> Iterator[Node]:
        """Yield questions with an answer that does not depend on the side."""
        for path in paths:
            if path == COUNTRY:
                for pair, names in sorted(self._by_regions().items(), key=str):
                    if any(pair):
                        listed = ListOf(tuple(Literal(name) for name in names))
                        yield Compare(Comparison.IN, node_of(path), listed)
            else:
                for text in sorted(self._sorts.of(path).texts):
                    yield Compare(Comparison.EQ, node_of(path), Literal(text))

    def _by_regions(self) -> dict[tuple[str | None, ...], list[str]]:
        tables = [side.regions for side in self._frame.sides]
        found: dict[tuple[str | None, ...], list[str]] = {}
        for name in sorted({name for table in tables for name in table.by_country}):
            pair = tuple(table.of(name) for table in tables)
            found.setdefault(pair, []).append(name)
        return found

    def _candidates(self, path: Path) -> tuple[Given, ...]:
        """Return enough values of a free path."""
        attribute = self._frame.attribute(path)
        assert attribute is not None  # noqa: S101 - free paths are declared
        if self._frame.changes_type(path):
            self.odd.add(f"`{_name(path)}` has another type than before")
        values = self._present(path, attribute.type)
        return (*values, ABSENT) if attribute.optional else values

    def _present(self, path: Path, kind: AttributeType) -> tuple[Given, ...]:
        if path == ROLES:
            return self._role_sets()
        sort = self._sorts.of(path)
        count = max(1, sum(each[0] != "tenant" for each in sort.paths))
        match kind:
            case AttributeType.BOOLEAN:
                return (False, True)
            case AttributeType.INTEGER:
                self.odd |= sort.odd
                return numbers_of(sort, count)
            case AttributeType.STRINGS:
                return self._lists(path, sort)
            case AttributeType.STRING:
                texts = texts_of(sort, count)
                self.odd |= texts.odd
                found = (*texts.all, *(self._residents(texts, count, sort)))
                return tuple(text for text in found if _fits(path, text))

    def _lists(self, path: Path, sort: Sort) -> tuple[Given, ...]:
        held = self._sorts.elements_of(path)
        sharing = self._sorts.lists_of(path)
        if sharing > 1:
            self.odd.add("two lists hold values of one sort")
        # One that nothing else is, and as many as quantifiers can hold side by side.
        count = len(held.paths) + max(1, held.asked_of, sharing)
        texts = texts_of(held, count)
        residents = self._residents(texts, count, held)
        elements = replace(texts, others=(*texts.others, *residents))
        lists, odd = lists_of(elements, sort)
        self.odd |= odd
        return lists

    def _role_sets(self) -> tuple[Given, ...]:
        names = self._frame.role_names()
        sizes: Iterable[int] = range(len(names) + 1)
        if len(names) > ROLES_MAX:
            self.odd.add(f"conditions read `subject.roles` of {len(names)} roles")
            sizes = (0, 1, 2, len(names))
        return tuple(held for size in sizes for held in combinations(names, size))

    def _residents(self, texts: Texts, count: int, sort: Sort) -> list[str]:
        """Return countries of every region, or pair of regions.

        Whatever is held against a subject's country may be one.
        """
        if COUNTRY not in sort.paths:
            return []
        return [
            name
            for names in self._by_regions().values()
            for name in [each for each in names if each not in texts.named][:count]
        ]

    def _is_plain(self, path: Path, atoms: Iterable[Asked]) -> bool:
        # Held against a tenant's own value it is told as such, not as a constant.
        read = {each for _, atom in atoms for each in paths_in(atom)}
        if read - {path}:
            return False
        attribute = self._frame.attribute(path)
        text = attribute is not None and attribute.type is AttributeType.STRING
        return text and path != COUNTRY and self._sorts.of(path).is_plain

    def _named(self, path: Path) -> frozenset[str]:
        return frozenset(self._sorts.of(path).texts)


def _answer(atom: Node, variables: Mapping[str, object]) -> Outcome:
    try:
        value = evaluate(atom, variables)  # type: ignore[arg-type]  # values of conditions
    except ConditionError:
        return None
    return value if isinstance(value, bool) else None


def _fits(path: Path, text: str) -> bool:
    """Return whether a decision would take this text here."""
    if path == ("subject", "id"):
        return is_key(text)
    if path == ("resource", "id"):
        return 0 < len(text) <= 256 and text.isprintable()
    return is_text(text)


def _digits(number: int, sizes: Sequence[int]) -> Point:
    found: list[int] = []
    for size in reversed(sizes):
        number, digit = divmod(number, size)
        found.append(digit)
    return tuple(reversed(found))


def _name(path: Path) -> str:
    return ".".join(path)
