"""What a service works with at one moment, as one value that is swapped whole.

A request keeps the value it began with, so that its token, its decisions and its flags
all come from the same configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companyos.asgi.tokens import KeyRing, TokenRules
from companyos.identity import Directory
from companyos.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Loaded:
    """A verified snapshot, where it stands in the release log, and what it implies."""

    snapshot: Snapshot
    stage: str
    log_entry: int
    loaded_at: datetime
    directory: Directory
    rules: TokenRules
    keys: KeyRing
