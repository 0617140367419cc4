"""Which variant does this tenant and this subject get, and why.

What explains, and what only a snapshot needs, is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from companyos.flags.evaluate import FlagSource, boolean, evaluate
from companyos.flags.model import (
    LIFETIME_DAYS,
    WEIGHT_TOTAL,
    ErrorCode,
    Evaluation,
    Flag,
    FlagKind,
    FlagRule,
    FlagState,
    FlagType,
    OnExpiry,
    Override,
    Prerequisite,
    Reason,
    Serve,
    Split,
    SplitBy,
)

if TYPE_CHECKING:
    from companyos.flags.bucketing import FLAGD_3
    from companyos.flags.explanation import Explanation, Step, explain
    from companyos.flags.pins import BUCKETINGS
    from companyos.flags.ranking import TenantRanks
    from companyos.flags.ready import FlagSet

__all__ = [
    "BUCKETINGS",
    "FLAGD_3",
    "LIFETIME_DAYS",
    "WEIGHT_TOTAL",
    "ErrorCode",
    "Evaluation",
    "Explanation",
    "Flag",
    "FlagKind",
    "FlagRule",
    "FlagSet",
    "FlagSource",
    "FlagState",
    "FlagType",
    "OnExpiry",
    "Override",
    "Prerequisite",
    "Reason",
    "Serve",
    "Split",
    "SplitBy",
    "Step",
    "TenantRanks",
    "boolean",
    "evaluate",
    "explain",
]

_HOMES = {
    "BUCKETINGS": "pins",
    "Explanation": "explanation",
    "FLAGD_3": "bucketing",
    "FlagSet": "ready",
    "Step": "explanation",
    "TenantRanks": "ranking",
    "explain": "explanation",
}


if not TYPE_CHECKING:  # else every misspelt name would be an object to the checker

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
