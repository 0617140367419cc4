"""Which values conditions hold against each other, and against which constants.

Two paths that are compared, however indirectly, are of one sort. A sort gathers what
can tell its values apart; `odd` says where that is more than the small model covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from companyos.conditions.tree import (
    And,
    Call,
    Choice,
    Compare,
    Comparison,
    Function,
    Has,
    ListOf,
    Literal,
    MapOf,
    Node,
    Not,
    Or,
    Quantified,
    Select,
    Variable,
)
from companyos.diff.terms import Path, path_of

_ORDERS = frozenset({Comparison.LT, Comparison.LE, Comparison.GT, Comparison.GE})


@dataclass(slots=True)
class Sort:
    """What tells the values of one sort apart; sizes are of texts or lists.

    `asked_of` counts the quantifiers that go through values of the sort.
    """

    texts: set[str] = field(default_factory=set)
    numbers: set[int] = field(default_factory=set)
    starts: set[str] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    sizes: set[int] = field(default_factory=set)
    wholes: set[tuple[str, ...]] = field(default_factory=set)
    paths: set[Path] = field(default_factory=set)
    odd: set[str] = field(default_factory=set)
    is_ordered: bool = False
    asked_of: int = 0

    @property
    def is_plain(self) -> bool:
        """Return whether its texts are only ever found equal or different."""
        return not (
            self.starts or self.ends or self.parts or self.sizes or self.is_ordered
        )

    def take(self, other: Sort) -> None:
        """Add all that another sort holds."""
        self.texts |= other.texts
        self.numbers |= other.numbers
        self.starts |= other.starts
        self.ends |= other.ends
        self.parts |= other.parts
        self.sizes |= other.sizes
        self.wholes |= other.wholes
        self.paths |= other.paths
        self.odd |= other.odd
        self.is_ordered |= other.is_ordered
        self.asked_of += other.asked_of


class Sorts:
    """The sorts of a set of conditions."""

    def __init__(self, conditions: Iterable[Node]) -> None:
        self._parents: list[int] = []
        self._sorts: list[Sort] = []
        self._elements: dict[int, int] = {}
        self._by_path: dict[Path, int] = {}
        self._lengths: list[tuple[int, int]] = []
        for condition in conditions:
            self._question(condition, {})
        self._measure()

    def of(self, path: Path) -> Sort:
        """Return the sort of a path."""
        return self._sort(self._at(path))

    def elements_of(self, path: Path) -> Sort:
        """Return the sort of what a list holds."""
        return self._sort(self._element(self._at(path)))

    def lists_of(self, path: Path) -> int:
        """Return how many lists hold values of the sort that this list holds."""
        held = self._find(self._element(self._at(path)))
        return sum(
            self._find(number) in self._elements
            and self._find(self._elements[self._find(number)]) == held
            for number in self._by_path.values()
        )

    @property
    def lost(self) -> frozenset[str]:
        """Return why conditions ask for more than what stands behind any path."""
        roots = {self._find(number) for number in range(len(self._parents))}
        sorts = [self._sorts[root] for root in roots]
        return frozenset(why for sort in sorts if not sort.paths for why in sort.odd)

    def _new(self, sort: Sort | None = None) -> int:
        self._parents.append(len(self._parents))
        self._sorts.append(sort or Sort())
        return len(self._parents) - 1

    def _find(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def _sort(self, number: int) -> Sort:
        return self._sorts[self._find(number)]

    def _at(self, path: Path) -> int:
        if path not in self._by_path:
            self._by_path[path] = self._new(Sort(paths={path}))
        return self._by_path[path]

    def _element(self, number: int) -> int:
        root = self._find(number)
        if root not in self._elements:
            self._elements[root] = self._new()
        return self._elements[root]

    def _join(self, one: int, other: int) -> int:
        one, other = self._find(one), self._find(other)
        if one == other:
            return one
        self._parents[other] = one
        self._sorts[one].take(self._sorts[other])
        held = self._elements.pop(other, None)
        if held is not None:
            if one in self._elements:
                self._join(self._elements[one], held)
            else:
                self._elements[one] = held
        return one

    def _term(  # noqa: C901, PLR0911 - one for each kind of node
        self, node: Node, scope: Mapping[str, int]
    ) -> int:
        """Return the sort of a value."""
        path = path_of(node, frozenset(scope))
        if path is not None:
            return self._at(path)
        match node:
            case Variable(name):
                return scope[name]
            case Literal(value):
                return self._new(_constant(value))
            case ListOf(items):
                return self._listed(items, scope)
            case MapOf(entries):
                for _, each in entries:
                    self._term(each, scope)
                return self._listed(tuple(Literal(key) for key, _ in entries), scope)
            case Call(Function.SIZE, (Literal(str() as text),)):
                return self._new(Sort(numbers={len(text)}))
            case Call(Function.SIZE, (measured,)):
                number = self._new()
                self._lengths.append((number, self._term(measured, scope)))
                return number
            case Choice(test, then, otherwise):
                self._question(test, scope)
                return self._join(self._term(then, scope), self._term(otherwise, scope))
            case Select():
                return self._new(Sort(odd={"reads a field of a computed value"}))
            case _:
                self._question(node, scope)
                return self._new()

    def _listed(self, items: tuple[Node, ...], scope: Mapping[str, int]) -> int:
        texts = tuple(
            item.value
            for item in items
            if isinstance(item, Literal) and isinstance(item.value, str)
        )
        made = self._new(Sort(wholes={texts} if len(texts) == len(items) else set()))
        for item in items:
            self._join(self._element(made), self._term(item, scope))
        return made

    def _question(  # noqa: C901 - one case for each kind of node
        self, node: Node, scope: Mapping[str, int]
    ) -> None:
        """Note what a part that answers yes or no tells apart."""
        match node:
            case And(left, right) | Or(left, right):
                self._question(left, scope)
                self._question(right, scope)
            case Not(operand):
                self._question(operand, scope)
            case Choice(test, then, otherwise):
                for part in (test, then, otherwise):
                    self._question(part, scope)
            case Has(operand, name):
                path = path_of(operand, frozenset(scope))
                if path is not None:
                    self._at((*path, name))
            case Compare():
                self._comparison(node, scope)
            case Call():
                self._call(node, scope)
            case Quantified():
                held = self._element(self._term(node.range, scope))
                self._sort(held).asked_of += 1
                self._question(node.body, {**scope, node.variable: held})
            case _:
                self._term(node, scope)

    def _comparison(self, node: Compare, scope: Mapping[str, int]) -> None:
        left, right = self._term(node.left, scope), self._term(node.right, scope)
        if node.operator is Comparison.IN:
            self._join(left, self._element(right))
            return
        joined = self._sorts[self._join(left, right)]
        if node.operator in _ORDERS:
            joined.is_ordered = True

    def _call(self, node: Call, scope: Mapping[str, int]) -> None:
        receiver, *rest = node.arguments
        number = self._term(receiver, scope)
        for argument in rest:
            if isinstance(argument, Literal) and isinstance(argument.value, str):
                _noted(self._sort(number), node.function).add(argument.value)
            else:
                joined = self._join(number, self._term(argument, scope))
                self._sorts[joined].odd.add(
                    f"`{node.function}` holds one attribute against another"
                )

    def _measure(self) -> None:
        """Note what each measured value's size is held against."""
        roots = [self._find(number) for number, _ in self._lengths]
        for root, (_, measured) in zip(roots, self._lengths, strict=True):
            number, sort = self._sorts[root], self._sort(measured)
            sort.sizes |= number.numbers
            if number.paths:
                number.odd.add("`size` is held against an attribute")
            if roots.count(root) > 1:
                sort.odd.add("one `size` is held against another")


def _constant(value: bool | int | str) -> Sort:  # noqa: FBT001 - a value
    if isinstance(value, str):
        return Sort(texts={value})
    if isinstance(value, bool):
        return Sort()
    return Sort(numbers={value})


def _noted(sort: Sort, function: Function) -> set[str]:
    match function:
        case Function.STARTS_WITH:
            return sort.starts
        case Function.ENDS_WITH:
            return sort.ends
        case _:
            return sort.parts
