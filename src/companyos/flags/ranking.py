"""Splits by tenant, exact where tenants are few.

A hash threshold reaches "25 %" of four tenants only on average, and for every third
flag none at all. So the tenants that take part in a flag are ranked by their hash, and
the first so many are taken, rounded up. A growing share keeps every tenant it has.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import TypeAlias

from companyos.flags.model import Flag
from companyos.flags.ready import ReadySplit
from companyos.tenants import Tenant

_Rank: TypeAlias = tuple[int, str]
"""Hash and id: the id decides between equal hashes, so that no order of files can."""


class TenantRanks:
    """Ranks the tenants of one snapshot, for each split at its first question."""

    __slots__ = ("_ends", "_tenants")

    def __init__(self, tenants: Mapping[str, Tenant]) -> None:
        self._tenants = tenants
        self._ends: dict[int, tuple[ReadySplit, tuple[_Rank, ...]]] = {}

    def share_of(self, tenant_id: str, flag: Flag, split: ReadySplit) -> int:
        """Return which share of a flag's split a tenant that takes part has."""
        known = self._ends.get(id(split))
        if known is None or known[0] is not split:
            # The split is kept beside its ends, so that its id stays its own.
            known = self._ends[id(split)] = (split, self._ends_of(flag.flag_id, split))
        rank = (split.number_of(tenant_id), tenant_id)
        # The last share has no end: it is whatever the others leave.
        return bisect_right(known[1], rank)

    def rank_of(self, tenant_id: str, flag: Flag, split: ReadySplit) -> tuple[int, int]:
        """Return which of the tenants that take part this is, from 1, and how many."""
        ranks = self._ranks(flag.flag_id, split)
        own = (split.number_of(tenant_id), tenant_id)
        return bisect_right(ranks, own), len(ranks)

    def _ranks(self, flag_id: str, split: ReadySplit) -> list[_Rank]:
        return sorted(
            (split.number_of(tenant_id), tenant_id)
            for tenant_id, tenant in self._tenants.items()
            if flag_id in tenant.feature_flags
        )

    def _ends_of(self, flag_id: str, split: ReadySplit) -> tuple[_Rank, ...]:
        """Return the first rank beyond each share but those that reach to the end."""
        ranks = self._ranks(flag_id, split)
        total = split.bounds[-1]
        counts = (-(-bound * len(ranks) // total) for bound in split.bounds)
        return tuple(ranks[count] for count in counts if count < len(ranks))
