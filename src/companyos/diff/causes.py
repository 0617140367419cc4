"""Why a flag whose own file says the same answers otherwise: by one that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from companyos.diff.meaning import meaning_of
from companyos.diff.model import FlagChange
from companyos.snapshot import Snapshot


def with_causes(
    changes: Sequence[FlagChange], before: Snapshot, after: Snapshot
) -> tuple[FlagChange, ...]:
    """Return the changes, each with the flags it needs that changed for its tenants."""
    tenants: dict[str, set[str]] = {}
    for each in changes:
        tenants.setdefault(each.flag_id, set()).update(each.tenants)
    return tuple(
        replace(
            each,
            because=tuple(
                flag_id
                for flag_id in _needed(each.flag_id, (before, after))
                if not tenants.get(flag_id, set()).isdisjoint(each.tenants)
            ),
        )
        for each in changes
    )


def _needed(flag_id: str, sides: Iterable[Snapshot]) -> list[str]:
    """Return what a flag needs itself, nothing where it is not what it was."""
    found = [side.flags.flags.get(flag_id) for side in sides]
    flags = [flag for flag in found if flag is not None]
    if len(flags) < len(found) or len({meaning_of(flag) for flag in flags}) > 1:
        return []
    return [item.flag_id for item in flags[0].prerequisites]
