"""Gates: what must hold before a release comes to a stage, one gate a module.

Each is a pure function of the question; `GATES` has them in the order they are shown.
"""

from __future__ import annotations

from collections.abc import Callable

from companyos.releases.gates import artifacts, hold, soak, upstream
from companyos.releases.gates.question import (
    ArtifactCheck,
    Evidence,
    GateResult,
    Question,
)

GATES: tuple[Callable[[Question], GateResult], ...] = (
    upstream.gate,
    soak.gate,
    hold.gate,
    artifacts.gate,
)

__all__ = ["GATES", "ArtifactCheck", "Evidence", "GateResult", "Question"]
