"""The implementations in memory are held to the contracts of the real ones."""

from __future__ import annotations

import pytest

from companyos.testing import MemoryRemote, MemoryStore
from store_contract import Clones, StoreContract


class TestMemoryStore(StoreContract):
    """The store in memory obeys the contract of every store."""

    @pytest.fixture
    def clones(self) -> Clones:
        """Return how to clone one repository in memory."""
        remote = MemoryRemote()
        return lambda: MemoryStore(remote)
