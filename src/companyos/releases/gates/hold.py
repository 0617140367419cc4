"""Gate `hold`: what was taken back does not come back by itself."""

from __future__ import annotations

from companyos.releases.entries import GateVerdict
from companyos.releases.gates.question import GateResult, Question

NAME = "hold"


def gate(question: Question) -> GateResult:
    """Open unless a rollback left this release at this stage."""
    stage = question.stage.stage
    hold = question.state.stage(stage).holds.get(question.version)
    if hold is None:
        return GateResult(NAME, GateVerdict.OPEN, "not held")
    detail = f"held at {stage} since entry {hold.index}: {hold.reason}"
    return GateResult(NAME, GateVerdict.CLOSED, detail)
