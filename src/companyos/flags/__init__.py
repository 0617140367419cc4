"""Which variant does this tenant and this subject get, and why."""

from companyos.flags.bucketing import FLAGD_3
from companyos.flags.evaluate import FlagSource, boolean, evaluate
from companyos.flags.explain import Explanation, Step, explain
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
