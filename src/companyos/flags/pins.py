"""The bucketings a flag may name: ours, and those of the products people come from.

A flag that was moved here keeps the bucketing it had, and so everybody their variant.
Each is a number made of salt and key, and limits: a number belongs to the first share
whose limit is beyond it. The vectors that the products publish are tests.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from itertools import accumulate, pairwise
from types import MappingProxyType

from companyos.flags.bucketing import FLAGD_3, flagd_3, limits_of, murmur3, murmur3_32

UNLEASH_VARIANT_SEED = 86_028_157
_LAUNCHDARKLY_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Bucketing:
    """How keys become numbers under a salt, and cumulated weights become limits."""

    numbers: Callable[[str], Callable[[str], int]]
    limits: Callable[[Sequence[int]], tuple[int, ...]]


def flagd_2(salt: str) -> Callable[[str], int]:
    """Flagd's second generation: MurmurHash3 of salt and key, one after the other."""
    prefix = salt.encode()
    return lambda key: murmur3(prefix + key.encode())


def unleash(salt: str) -> Callable[[str], int]:
    """Unleash's gradual rollout; the salt is its `groupId`."""
    prefix = f"{salt}:".encode()
    return lambda key: murmur3(prefix + key.encode()) % 100


def unleash_variants(salt: str) -> Callable[[str], int]:
    """Unleash's variants, whose weights are thousandths."""
    prefix, seed = f"{salt}:".encode(), UNLEASH_VARIANT_SEED
    return lambda key: murmur3_32(prefix + key.encode(), seed) % 1000


def growthbook_1(salt: str) -> Callable[[str], int]:
    """GrowthBook's `hashVersion: 1`; the salt is its `seed`, or the flag's key."""
    return lambda key: fnv1a_32(key + salt) % 1000


def growthbook_2(salt: str) -> Callable[[str], int]:
    """GrowthBook's `hashVersion: 2`."""
    return lambda key: fnv1a_32(str(fnv1a_32(salt + key))) % 10_000


def launchdarkly(salt: str) -> Callable[[str], int]:
    """LaunchDarkly's; the salt is its `seed`, or the flag's key, a dot and its salt."""

    def number_of(key: str) -> int:
        digest = sha1(f"{salt}.{key}".encode(), usedforsecurity=False).hexdigest()
        return int(digest[:_LAUNCHDARKLY_DIGITS], 16)

    return number_of


def fnv1a_32(text: str) -> int:
    """Return FNV-1a (Fowler, Noll, Vo) of 32 bits over the text's UTF-16 units."""
    state = 0x811C_9DC5
    data = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(data), 2):
        unit = data[at] | data[at + 1] << 8
        state = ((state ^ unit) * 0x0100_0193) & 0xFFFF_FFFF
    return state


def _in_steps(steps: int) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """Return the limits of a bucketing in whole steps: a part of a step is none."""
    return lambda bounds: tuple(bound * steps // bounds[-1] for bound in bounds)


def _in_doubles(scale: int) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """Return the limits of a bucketing that adds weights up as doubles.

    `0.1 + 0.2` is beyond `0.3` there, and whoever is between the two must stay where
    they are: so the sums are made as they are made there.
    """

    def limits(bounds: Sequence[int]) -> tuple[int, ...]:
        total = bounds[-1]
        weights = [after - before for before, after in pairwise((0, *bounds))]
        sums = accumulate(weight / total for weight in weights)
        return tuple(
            scale + 1 if bound == total else _first_not_below(end, scale)
            for bound, end in zip(bounds, sums, strict=True)
        )

    return limits


def _first_not_below(end: float, scale: int) -> int:
    """Return the first number that, as a share of the scale, is not below `end`."""
    numbers = range(scale + 1)
    return bisect_left(
        numbers, True, key=lambda number: float(number) / float(scale) >= end
    )


BUCKETINGS: Mapping[str, Bucketing] = MappingProxyType(
    {
        FLAGD_3: Bucketing(flagd_3, limits_of),
        "flagd/2": Bucketing(flagd_2, limits_of),
        "unleash": Bucketing(unleash, _in_steps(100)),
        "unleash/variants": Bucketing(unleash_variants, _in_steps(1000)),
        "growthbook/1": Bucketing(growthbook_1, _in_doubles(1000)),
        "growthbook/2": Bucketing(growthbook_2, _in_doubles(10_000)),
        "launchdarkly": Bucketing(
            launchdarkly, _in_doubles(16**_LAUNCHDARKLY_DIGITS - 1)
        ),
    }
)
