"""What a change of the desired state does to people: access, flags, tenants.

Each part is loaded when it is first asked for: proving invariants, which `validate`
does, needs a few of them only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.diff.comparison import compare
    from companyos.diff.model import (
        AccessChange,
        Decider,
        Direction,
        FieldChange,
        FlagChange,
        FlagMove,
        Remark,
        StateDiff,
        TenantChange,
        Transition,
    )

__all__ = [
    "AccessChange",
    "Decider",
    "Direction",
    "FieldChange",
    "FlagChange",
    "FlagMove",
    "Remark",
    "StateDiff",
    "TenantChange",
    "Transition",
    "compare",
]


if not TYPE_CHECKING:  # else every misspelt name would be an object to the checker

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        home = "comparison" if name == "compare" else "model"
        found: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = found
        return found
