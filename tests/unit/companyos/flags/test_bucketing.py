"""Buckets: the published vectors, and the same answer with and without the C module.

Flagd's are in the repository open-feature/flagd-testbed, gherkin/targeting.feature;
tests/oracle/test_bucketing_peers.py asks flagd's own code about many more keys.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.flags.bucketing import (
    cbor_text,
    hash_of,
    limits_of,
    murmur3_32,
    salted,
    share_of,
)

SUITS = ("clubs", "diamonds", "hearts", "spades")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"ejOoVL", 0),
        (b"bY9fO-", 1),
        (b"SI7p-", 0x7FFFFFFF),
        (b"6LvT0", 0x80000000),
        (b"ceQdGm", 0xFFFFFFFF),
    ],
)
def test_murmur3_has_the_published_values(data: bytes, expected: int) -> None:
    """The keys of `Fractional operator hash edge cases`, chosen by their hashes."""
    assert murmur3_32(data) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("fractional-flagjack", "diamonds"),
        ("fractional-flagqueen", "diamonds"),
        ("fractional-flagten", "clubs"),
        ("fractional-flagnine", "clubs"),
        ("fractional-flag3", "spades"),
        ("shared-seedseven", "hearts"),
        ("shared-seedeight", "hearts"),
        ("shared-seednine", "diamonds"),
        ("shared-seedtwo", "diamonds"),
    ],
)
def test_a_text_falls_into_the_share_that_flagd_3_gives_it(
    key: str, expected: str
) -> None:
    """The examples `v3` of `Fractional operator` and `… with shared seed`."""
    share = share_of(murmur3_32(cbor_text(key)), limits_of((25, 50, 75, 100)))
    assert SUITS[share] == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("jon@company.com", "tails"),
        ("jane@company.com", "tails"),
    ],
)
def test_flag_and_key_fall_into_the_share_that_flagd_3_gives_them(
    key: str, expected: str
) -> None:
    """The examples `v3` of `Fractional operator shorthand`."""
    number = hash_of(salted("fractional-flag-shorthand"), key)
    assert ("heads", "tails")[share_of(number, limits_of((1, 2)))] == expected


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("", b"\x60"),
        ("a" * 23, b"\x77"),
        ("a" * 24, b"\x78\x18"),
        ("å" * 12, b"\x78\x18"),
        ("a" * 255, b"\x78\xff"),
        ("a" * 256, b"\x79\x01\x00"),
    ],
)
def test_a_text_has_the_shortest_head_that_holds_its_bytes(
    text: str, head: bytes
) -> None:
    """The heads of RFC 8949 §3.1; the length is that of the UTF-8."""
    assert cbor_text(text) == head + text.encode()


@given(st.binary(max_size=70))
def test_python_and_c_give_the_same_hash(data: bytes) -> None:
    """Whether the accelerator is installed moves nobody."""
    mmh3 = pytest.importorskip("mmh3")
    assert murmur3_32(data) == mmh3.hash(data, 0, signed=False)


@given(
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any),
)
def test_every_hash_falls_into_a_share_with_weight(
    number: int, weights: list[int]
) -> None:
    """The share is the first whose bound is beyond the bucket, as flagd describes."""
    bounds = [sum(weights[: n + 1]) for n in range(len(weights))]
    bucket = (number * bounds[-1]) >> 32
    expected = next(n for n, bound in enumerate(bounds) if bucket < bound)
    assert share_of(number, limits_of(bounds)) == expected
    assert weights[expected] > 0
