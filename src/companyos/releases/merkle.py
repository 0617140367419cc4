"""The Merkle tree over the release log (RFC 6962): roots, and proofs about them.

A leaf is the hash of an entry file's exact bytes. Leaves and inner nodes are hashed
with different first bytes, so that neither can pass for the other. All hashes are
SHA-256 and 32 bytes long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from companyos.errors import IntegrityError, UsageError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a log without entries."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of an entry with these bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


@dataclass(frozen=True, slots=True)
class CompactRange:
    """A log's first `size` leaves, reduced to what the next root needs.

    `peaks` are the roots of the complete subtrees, the largest first: one for each bit
    that is set in `size`. Appending gives a new value; the old one stays as it was.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        shape = self.size >= 0 and len(self.peaks) == self.size.bit_count()
        if not shape or any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise IntegrityError(
                f"a log of {self.size} entries cannot have come down to "
                f"these {len(self.peaks)} hashes"
            )

    def append(self, leaf: bytes) -> CompactRange:
        """Return the range with one more leaf hash."""
        peaks, node = list(self.peaks), leaf
        # Each trailing one bit of the size is a complete subtree that the leaf closes.
        size = self.size
        while size & 1:
            node = _node_hash(peaks.pop(), node)
            size >>= 1
        return CompactRange(self.size + 1, (*peaks, node))

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = _node_hash(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over these leaf hashes (RFC 6962, section 2.1)."""
    tree = CompactRange()
    for leaf in leaves:
        tree = tree.append(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the audit path of one leaf (RFC 6962, section 2.1.1).

    Raises:
        UsageError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise UsageError(f"the log has no entry {index}, only {len(leaves)} entries")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root_of(leaves[middle:high]))
            high = middle
        else:
            path.append(root_of(leaves[low:middle]))
            low = middle
    return tuple(reversed(path))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return what shows that the log of `old_size` is the start of this one.

    The empty log and the log itself need no proof (RFC 6962, section 2.1.2).

    Raises:
        UsageError: the log was never that long.
    """
    if not 0 <= old_size <= len(leaves):
        raise UsageError(f"the log has {len(leaves)} entries, not {old_size} or more")
    if old_size in (0, len(leaves)):
        return ()
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while old_size != high:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(root_of(leaves[middle:high]))
            high = middle
        else:
            path.append(root_of(leaves[low:middle]))
            low = middle
    # The verifier holds the old root already where the old log is one whole subtree.
    if low:
        path.append(root_of(leaves[low:high]))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, proof: Sequence[bytes], *, index: int, size: int, root: bytes
) -> bool:
    """Return whether `leaf` is entry `index` of the log with this size and root.

    The steps are those of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = _node_hash(sibling, found)
            node, last = _up_to_left_turn(node, last)
        else:
            found = _node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    proof: Sequence[bytes],
    *,
    old_size: int,
    old_root: bytes,
    new_size: int,
    new_root: bytes,
) -> bool:
    """Return whether the new log starts with the old one.

    The steps are those of RFC 9162, section 2.1.4.2. An empty old log must have the
    root of an empty log.
    """
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old_size.bit_count() == 1:
        path.insert(0, old_root)
    if not path:
        return False
    roots = _roots_from(path, old_size, new_size)
    return roots == (old_root, new_root)


def _roots_from(
    path: Sequence[bytes], old_size: int, new_size: int
) -> tuple[bytes, bytes] | None:
    """Return the old and the new root that the path leads to, if it fits the sizes."""
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = _node_hash(sibling, old), _node_hash(sibling, new)
            node, last = _up_to_left_turn(node, last)
        else:
            new = _node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def _up_to_left_turn(node: int, last: int) -> tuple[int, int]:
    """Climb past the levels at which a last node has no sibling."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)
