"""Which variant does this tenant and this subject get, and why."""

from companyos.flags.bucketing import FLAGD_3
from companyos.flags.evaluate import FlagSource, boolean, evaluate
from companyos.flags.model import (
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
from companyos.flags.ranking import TenantRanks
from companyos.flags.ready import FlagSet

__all__ = [
    "FLAGD_3",
    "WEIGHT_TOTAL",
    "ErrorCode",
    "Evaluation",
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
    "TenantRanks",
    "boolean",
    "evaluate",
]
