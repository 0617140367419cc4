"""The Merkle tree: known roots and proofs, and every small size."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest

from companyos.errors import IntegrityError, UsageError
from companyos.releases.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight inputs and roots with which Certificate Transparency logs are tested.
CT_INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
CT_PATH_OF_0_IN_8 = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
CT_LEAVES = tuple(leaf_hash(bytes.fromhex(text)) for text in CT_INPUTS)
LEAVES = tuple(leaf_hash(b"entry %d" % number) for number in range(40))


def node(left: bytes, right: bytes) -> bytes:
    """Return an inner node, as RFC 6962 writes it."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_the_empty_log_has_the_hash_of_nothing_as_its_root() -> None:
    """RFC 6962: the hash of an empty list is the hash of an empty string."""
    assert CompactRange().root() == hashlib.sha256(b"").digest() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """The public test tree gives its published root at each of its eight sizes."""
    assert root_of(CT_LEAVES[:size]).hex() == CT_ROOTS[size - 1]


def test_an_inclusion_proof_is_that_of_certificate_transparency() -> None:
    """The published audit path of the first leaf among eight comes out."""
    proof = inclusion_proof(CT_LEAVES, 0)
    assert tuple(step.hex() for step in proof) == CT_PATH_OF_0_IN_8


def test_proofs_are_those_of_the_example_in_the_rfc() -> None:
    """RFC 6962, section 2.1.3, lists these proofs for a tree of seven leaves."""
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, m = node(g, h), node(i, j)
    leaves = LEAVES[:7]

    assert inclusion_proof(leaves, 0) == (b, h, m)
    assert inclusion_proof(leaves, 3) == (c, g, m)
    assert inclusion_proof(leaves, 4) == (f, j, k)
    assert inclusion_proof(leaves, 6) == (i, k)
    assert consistency_proof(leaves, 3) == (c, d, g, m)
    assert consistency_proof(leaves, 4) == (m,)
    assert consistency_proof(leaves, 6) == (i, j, k)


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_leaf_of_every_small_log_is_proved(size: int) -> None:
    """A proof holds for its own leaf, position, size and root, and for nothing near."""
    leaves, root = LEAVES[:size], root_of(LEAVES[:size])
    for index, leaf in enumerate(leaves):
        proof = inclusion_proof(leaves, index)
        assert verify_inclusion(leaf, proof, index=index, size=size, root=root)
        other = leaf_hash(b"never logged")
        assert not verify_inclusion(other, proof, index=index, size=size, root=root)
        assert not verify_inclusion(
            leaf, (*proof, other), index=index, size=size, root=root
        )
        for short in range(len(proof)):
            cut = proof[:short]
            assert not verify_inclusion(leaf, cut, index=index, size=size, root=root)
        if size > 1:
            wrong = (index + 1) % size
            assert not verify_inclusion(leaf, proof, index=wrong, size=size, root=root)


def test_a_proof_of_a_small_log_is_none_in_one_that_reaches_higher() -> None:
    """All steps may fit and lead to the root; a longer way was to be shown."""
    leaves, root = LEAVES[:4], root_of(LEAVES[:4])
    proof = inclusion_proof(leaves, 0)
    assert verify_inclusion(leaves[0], proof, index=0, size=4, root=root)
    for size in (5, 8, 9):
        assert not verify_inclusion(leaves[0], proof, index=0, size=size, root=root)


@pytest.mark.parametrize("size", range(1, len(LEAVES) + 1))
def test_every_small_log_extends_each_of_its_beginnings(size: int) -> None:
    """A consistency proof holds for the true old root and for no rewritten one."""
    leaves, root = LEAVES[:size], root_of(LEAVES[:size])
    for old_size in range(size + 1):
        old = root_of(leaves[:old_size])
        proof = consistency_proof(leaves, old_size)
        assert verify_consistency(
            proof, old_size=old_size, old_root=old, new_size=size, new_root=root
        )
        forged = leaf_hash(b"forged")
        # Every log extends the empty one, so there any new root is right.
        wrong = [(forged, root)] if old_size == 0 else [(forged, root), (old, forged)]
        for old_root, new_root in wrong:
            assert not verify_consistency(
                proof,
                old_size=old_size,
                old_root=old_root,
                new_size=size,
                new_root=new_root,
            )
        assert not verify_consistency(
            (*proof, forged),
            old_size=old_size,
            old_root=old,
            new_size=size,
            new_root=root,
        )


@pytest.mark.parametrize("size", range(2, 20))
def test_a_rewritten_past_has_no_consistency_proof(size: int) -> None:
    """Two logs that differ in their first leaf cannot be shown to be one."""
    rewritten = (leaf_hash(b"rewritten"), *LEAVES[1:size])
    for old_size in range(1, size):
        assert not verify_consistency(
            consistency_proof(rewritten, old_size),
            old_size=old_size,
            old_root=root_of(LEAVES[:old_size]),
            new_size=size,
            new_root=root_of(rewritten),
        )


def test_a_compact_range_grows_without_changing_what_it_was() -> None:
    """Appending gives a new value whose root is that of the longer log."""
    ranges = [CompactRange()]
    for leaf in LEAVES:
        ranges.append(ranges[-1].append(leaf))
    for size, (before, after) in enumerate(pairwise(ranges)):
        assert before.root() == root_of(LEAVES[:size])
        assert after.size == size + 1


@pytest.mark.parametrize(
    ("size", "peaks"), [(1, ()), (3, (LEAVES[0],)), (0, (LEAVES[0],)), (1, (b"short",))]
)
def test_a_range_whose_hashes_do_not_fit_its_size_is_refused(
    size: int, peaks: tuple[bytes, ...]
) -> None:
    """A stored range that could not have come from appending is an integrity error."""
    with pytest.raises(IntegrityError):
        CompactRange(size, peaks)


@pytest.mark.parametrize("index", [-1, 5])
def test_a_proof_for_an_entry_that_is_not_there_is_refused(index: int) -> None:
    """Asking for a proof beyond the log names how long it is."""
    with pytest.raises(UsageError, match="5 entries"):
        inclusion_proof(LEAVES[:5], index)
    with pytest.raises(UsageError):
        consistency_proof(LEAVES[:5], index if index < 0 else index + 1)


def test_sizes_that_cannot_be_prove_nothing() -> None:
    """A verifier answers no to positions outside the log instead of failing."""
    assert not verify_inclusion(
        LEAVES[0], (), index=-1, size=1, root=root_of(LEAVES[:1])
    )
    assert not verify_inclusion(LEAVES[0], (), index=0, size=0, root=EMPTY_ROOT)
    assert not verify_consistency(
        (), old_size=2, old_root=LEAVES[0], new_size=1, new_root=LEAVES[0]
    )
    assert not verify_consistency(
        (), old_size=3, old_root=LEAVES[0], new_size=5, new_root=LEAVES[0]
    )
