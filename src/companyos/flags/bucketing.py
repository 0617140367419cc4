"""Which share a key falls into: the same for ever, on every machine.

The algorithm is named in each flag, so that no upgrade moves anybody. `flagd/3` is the
third generation of flagd's `fractional` operator: MurmurHash3 (x86, 32 bits, seed 0) of
the canonical CBOR (RFC 8949 §4.2) of the list [salt, key], scaled to the sum of the
weights, which are laid end to end in their written order. So a growing share keeps
everybody it has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

FLAGD_3 = "flagd/3"

_MASK = 0xFFFF_FFFF
_LIST_OF_TWO = b"\x82"
_TEXT = 0x60


def salted(salt: str) -> bytes:
    """Return what stands before the key in the bytes that are hashed."""
    return _LIST_OF_TWO + cbor_text(salt)


def hash_of(prefix: bytes, key: str) -> int:
    """Return the hash of a key after `salted`, of 32 bits."""
    data = key.encode()
    return _hash(prefix + _head_of_text(len(data)) + data)


def flagd_3(salt: str) -> Callable[[str], int]:
    """Return the hash of keys with this salt: `hash_of`, at half its price."""
    prefix = salted(salt)
    # What stands before a key depends on no more than its size, and is made once.
    before: dict[int, bytes] = {}

    def number_of(key: str) -> int:
        data = key.encode()
        try:
            return _hash(before[len(data)] + data)
        except KeyError:
            size = len(data)
            before[size] = prefix + _head_of_text(size)
            return _hash(before[size] + data)

    return number_of


def murmur3(data: bytes) -> int:
    """Return `murmur3_32` with seed 0, by the fastest there is."""
    return _hash(data)


def limits_of(bounds: Sequence[int]) -> tuple[int, ...]:
    """Return at which hash each share ends; `bounds` are the cumulated weights.

    A hash h belongs to bucket (h * W) >> 32, where W is the sum of the weights, and to
    the first share whose bound is beyond it. That is the first whose limit is beyond h.
    """
    total = bounds[-1]
    return tuple(-(-(bound << 32) // total) for bound in bounds)


def share_of(number: int, limits: Sequence[int]) -> int:
    """Return which share a hash falls into."""
    return bisect_right(limits, number)


def cbor_text(text: str) -> bytes:
    """Return the shortest CBOR of a text of less than 65,536 bytes."""
    data = text.encode()
    return _head_of_text(len(data)) + data


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """Return MurmurHash3_x86_32 of `data` (Austin Appleby, 2011)."""
    state = seed
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        state ^= _mixed(int.from_bytes(data[at : at + 4], "little"))
        state = ((state << 13) | (state >> 19)) & _MASK
        state = (state * 5 + 0xE654_6B64) & _MASK
    # With no bytes left over this mixes 0, which is 0.
    state ^= _mixed(int.from_bytes(data[whole:], "little"))
    state ^= len(data)
    state = ((state ^ (state >> 16)) * 0x85EB_CA6B) & _MASK
    state = ((state ^ (state >> 13)) * 0xC2B2_AE35) & _MASK
    return state ^ (state >> 16)


def _head_of_text(size: int) -> bytes:
    if size < 24:
        return bytes((_TEXT + size,))
    if size < 256:
        return bytes((_TEXT + 24, size))
    return bytes((_TEXT + 25,)) + size.to_bytes(2, "big")


def _mixed(block: int) -> int:
    block = (block * 0xCC9E_2D51) & _MASK
    block = ((block << 15) | (block >> 17)) & _MASK
    return (block * 0x1B87_3593) & _MASK


def _first_hash(data: bytes) -> int:
    """Choose the fastest murmur3 there is, at the first split and not at import."""
    global _hash  # noqa: PLW0603 - chosen once; every choice gives the same numbers
    try:
        from mmh3 import mmh3_32_uintdigest  # noqa: PLC0415
    except ImportError:
        _hash = murmur3_32
    else:
        _hash = mmh3_32_uintdigest
    return _hash(data)


_hash: Callable[[bytes], int] = _first_hash
