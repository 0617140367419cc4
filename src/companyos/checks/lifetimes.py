"""How long a flag of each kind may live; a kind that is not here may stay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from companyos.flags.vocabulary import LIFETIME_DAYS, FlagKind

LIFETIMES: Mapping[FlagKind, timedelta] = {
    kind: timedelta(days=days)
    for kind, days in LIFETIME_DAYS.items()
    if days is not None
}
