"""Which variant does this tenant and this subject get, and why.

Each name's module is loaded when the name is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.flags.bucketing import FLAGD_3
    from companyos.flags.evaluation import FlagSource, boolean, evaluate
    from companyos.flags.explanation import Explanation, Step, explain
    from companyos.flags.model import (
        Evaluation,
        Flag,
        FlagRule,
        Override,
        Prerequisite,
        Serve,
        Split,
    )
    from companyos.flags.pins import BUCKETINGS
    from companyos.flags.ranking import TenantRanks
    from companyos.flags.ready import FlagSet
    from companyos.flags.vocabulary import (
        LIFETIME_DAYS,
        WEIGHT_TOTAL,
        ErrorCode,
        FlagKind,
        FlagState,
        FlagType,
        OnExpiry,
        Reason,
        SplitBy,
    )

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
    "FLAGD_3": "bucketing",
    "LIFETIME_DAYS": "vocabulary",
    "WEIGHT_TOTAL": "vocabulary",
    "ErrorCode": "vocabulary",
    "Evaluation": "model",
    "Explanation": "explanation",
    "Flag": "model",
    "FlagKind": "vocabulary",
    "FlagRule": "model",
    "FlagSet": "ready",
    "FlagSource": "evaluation",
    "FlagState": "vocabulary",
    "FlagType": "vocabulary",
    "OnExpiry": "vocabulary",
    "Override": "model",
    "Prerequisite": "model",
    "Reason": "vocabulary",
    "Serve": "model",
    "Split": "model",
    "SplitBy": "vocabulary",
    "Step": "explanation",
    "TenantRanks": "ranking",
    "boolean": "evaluation",
    "evaluate": "evaluation",
    "explain": "explanation",
}


if not TYPE_CHECKING:  # else every misspelt name would be an object to the checker

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
        found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = found
        return found
