"""What a change of the desired state does to people: access, flags, tenants."""

from companyos.diff.compare import compare
from companyos.diff.model import (
    AccessChange,
    Decider,
    Direction,
    FieldChange,
    FlagChange,
    FlagMove,
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
    "StateDiff",
    "TenantChange",
    "Transition",
    "compare",
]
