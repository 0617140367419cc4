"""Enough values of a sort that no condition can tell any other value from all of them.

Each function returns the values and, in `odd`, why they may not be enough. The
arguments, in short: where texts are only equal or different, the constants and as many
other texts as there are paths are enough (any assignment maps one to one onto them).
With beginnings, ends and parts, a text `beginning ~ parts ~ end` exists for every
combination that some text has, because a mark that occurs in no constant keeps the
pieces apart. Integers have no arithmetic, so as many neighbours of each constant on
either side as there are paths are enough. Between two neighbours in the order of texts
there is one right behind the first: that with the least character added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from companyos.diff.sorts import Sort

PARTS_MAX = 4
ELEMENTS_MAX = 6
"""Of so many things every combination is tried, of more only small ones."""

TEXT_LENGTH_MAX = 4096
ITEMS_MAX = 256
INTEGER_MAX = 2**63 - 1
_MARKS = "~^|;_%&#@=+*?!$:.,-0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts to try: `named` are constants, `others` stand for everything else."""

    named: tuple[str, ...]
    others: tuple[str, ...]
    odd: frozenset[str]

    @property
    def all(self) -> tuple[str, ...]:
        """Return all of them, each once."""
        return tuple(dict.fromkeys((*self.named, *self.others)))


def texts_of(sort: Sort, count: int) -> Texts:
    """Return texts for `count` paths of one sort."""
    named = tuple(sorted(sort.texts))
    if sort.is_plain:
        return Texts(named, _other_words(sort.texts, count), frozenset(sort.odd))
    odd = set(sort.odd)
    pieces = sort.starts | sort.ends | sort.parts
    mark = _mark_for(sort)
    others = list(_assembled(sort, mark, count))
    if len(sort.parts) > PARTS_MAX:
        odd.add(f"more than {PARTS_MAX} parts of one attribute are asked for")
    if sort.sizes:
        others += _padded(("", *others), sort.sizes, mark)
        if pieces or count > 1:
            odd.add("the length of a text is asked for together with what it holds")
    if sort.is_ordered:
        # Below all that are named, and right behind each; an id holds no space.
        others += ["", *(f"{text}{least}" for text in ("", *named) for least in " !")]
        if pieces or sort.sizes or count > 1:
            odd.add("texts are compared by order in more than one way")
    return Texts(named, tuple(others), frozenset(odd))


def numbers_of(sort: Sort, count: int) -> tuple[int, ...]:
    """Return integers for `count` paths of one sort."""
    near = {n + step for n in sort.numbers for step in range(-count, count + 1)}
    fitting = {n for n in near if -INTEGER_MAX - 1 <= n <= INTEGER_MAX}
    return tuple(sorted(fitting or range(count)))


def lists_of(
    elements: Texts, held: Sort
) -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    """Return lists of such elements, and why they may not be enough."""
    pool = elements.all
    odd = set(elements.odd) | held.odd
    sizes: Iterable[int] = range(len(pool) + 1)
    if len(pool) > ELEMENTS_MAX:
        odd.add(f"more than {ELEMENTS_MAX} values can be in one list")
        sizes = (0, 1, 2, len(pool))
    found = [chosen for size in sizes for chosen in combinations(pool, size)]
    found += [longer for chosen in found for longer in _repeated(chosen, held.sizes)]
    for whole in held.wholes:
        found += [whole, (*whole, *whole[-1:]), tuple(reversed(whole))]
    if len(held.paths) > 1:
        odd.add("two lists are compared")
    if held.wholes and held.sizes:
        odd.add("the length of a list is asked for together with the whole list")
    return tuple(dict.fromkeys(found)), frozenset(odd)


def _other_words(taken: set[str], count: int) -> tuple[str, ...]:
    found: list[str] = []
    number = 1
    while len(found) < count:
        word = "other" if number == 1 else f"other-{number}"
        if word not in taken:
            found.append(word)
        number += 1
    return tuple(found)


def _mark_for(sort: Sort) -> str:
    """Return a character that no constant of the sort holds."""
    used = set("".join(sort.texts | sort.starts | sort.ends | sort.parts))
    points = (*_MARKS, *map(chr, range(0x4E00, 0x9FFF)))
    return next(str(mark) for mark in points if mark not in used)


def _assembled(sort: Sort, mark: str, count: int) -> Iterator[str]:
    few = len(sort.parts) <= PARTS_MAX
    parts = sorted(sort.parts)
    sizes = range(len(parts) + 1) if few else (0, 1, len(parts))
    chosen = [held for size in sizes for held in combinations(parts, size)]
    starts, ends = ("", *sorted(sort.starts)), ("", *sorted(sort.ends))
    for start, held, end in product(starts, chosen, ends):
        for number in range(1, count + 1):
            gap = mark * number
            yield f"{start}{gap}{mark.join((*held, ''))}{end}"


def _padded(texts: Sequence[str], sizes: set[int], mark: str) -> Iterator[str]:
    for size in sorted({size + step for size in sizes for step in (-1, 0, 1)}):
        if 0 <= size <= TEXT_LENGTH_MAX:
            for text in texts:
                if len(text) <= size:
                    at = text.find(mark)
                    at = max(at, 0)
                    yield text[:at] + mark * (size - len(text)) + text[at:]


def _repeated(chosen: tuple[str, ...], sizes: set[int]) -> Iterator[tuple[str, ...]]:
    if chosen:
        for size in sorted({size + step for size in sizes for step in (-1, 0, 1)}):
            if len(chosen) < size <= ITEMS_MAX:
                yield (*chosen, *chosen[-1:] * (size - len(chosen)))
