"""What runs beside what should run: desired digests against those services report."""

from companyos.drift.compare import Desired, Earlier, compare
from companyos.drift.model import (
    DriftReport,
    Part,
    Row,
    ServiceDrift,
    Standing,
    Verdict,
)
from companyos.drift.state import (
    Answer,
    LastAttempt,
    LoadedState,
    Unreachable,
    read_state,
    written_state,
)

__all__ = [
    "Answer",
    "Desired",
    "DriftReport",
    "Earlier",
    "LastAttempt",
    "LoadedState",
    "Part",
    "Row",
    "ServiceDrift",
    "Standing",
    "Unreachable",
    "Verdict",
    "compare",
    "read_state",
    "written_state",
]
