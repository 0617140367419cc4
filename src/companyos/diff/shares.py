"""Which share of subjects a flag answers otherwise, computed and not sampled.

Every split by subject cuts the numbers of one bucketing and salt (32-bit hashes, for
`flagd/3`) into intervals. Within a cell, an interval for each of those that is used,
both sides give everybody one answer each, so the sizes of the cells are the shares.
Numbers under different salts have nothing to do with each other: with two of them the
share is the expected one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from typing import TypeAlias

CELLS_MAX = 20_000

Salt: TypeAlias = tuple[str, str]
"""A bucketing and its salt: what makes a subject's number."""

Numbers: TypeAlias = Mapping[Salt, int]
"""One number for each salt, which stands for its whole cell."""

Shares: TypeAlias = dict[tuple[str, str], Fraction]
"""How many go from one answer to another; answers are canonical JSON."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the numbers of each salt are cut; the last cut is their count."""

    by_salt: Mapping[Salt, tuple[int, ...]]

    @classmethod
    def of(cls, limits: Iterable[tuple[Salt, tuple[int, ...]]]) -> Cuts:
        """Return the cuts of these splits."""
        found: dict[Salt, set[int]] = {}
        for salt, ends in limits:
            found.setdefault(salt, {0}).update(ends)
        return cls({salt: tuple(sorted(ends)) for salt, ends in sorted(found.items())})

    @property
    def count(self) -> int:
        """Return how many cells there are."""
        return prod(len(ends) - 1 for ends in self.by_salt.values())

    def cells(self) -> Iterator[tuple[Numbers, Fraction]]:
        """Yield each cell and its share."""
        salts = tuple(self.by_salt)
        total = prod(ends[-1] for ends in self.by_salt.values())
        for cell in product(*(pairwise(ends) for ends in self.by_salt.values())):
            size = prod(end - start for start, end in cell)
            starts = (start for start, _ in cell)
            yield dict(zip(salts, starts, strict=True)), Fraction(size, total)


def moved(cuts: Cuts, answers: Callable[[Numbers], tuple[str, str]]) -> Shares:
    """Return the share of each pair of answers, before and after."""
    found: Shares = {}
    for numbers, share in cuts.cells():
        pair = answers(numbers)
        found[pair] = found.get(pair, Fraction(0)) + share
    return found


def share_moved(shares: Shares) -> Fraction:
    """Return the share of those who get another answer."""
    return sum((part for (one, two), part in shares.items() if one != two), Fraction(0))


def least_moved(shares: Shares) -> Fraction:
    """Return the least share that could move, given how many get which answer."""
    before: dict[str, Fraction] = {}
    after: dict[str, Fraction] = {}
    for (one, two), part in shares.items():
        before[one] = before.get(one, Fraction(0)) + part
        after[two] = after.get(two, Fraction(0)) + part
    kept = (min(part, after.get(name, Fraction(0))) for name, part in before.items())
    return 1 - sum(kept, Fraction(0))
