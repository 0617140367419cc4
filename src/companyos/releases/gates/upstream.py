"""Gate `upstream`: a release takes the stages in their order, and only while good."""

from __future__ import annotations

from companyos.releases.entries import GateVerdict
from companyos.releases.gates.question import GateResult, Question

NAME = "upstream"


def gate(question: Question) -> GateResult:
    """Open where the release is or was, whole, at the stage before, and not held."""
    before = question.stage.after
    if before is None:
        return GateResult(NAME, GateVerdict.OPEN, "first stage")
    upstream = question.state.stage(before)
    hold = upstream.holds.get(question.version)
    if hold is not None:
        detail = f"taken back at {before} by entry {hold.index}: {hold.reason}"
        return GateResult(NAME, GateVerdict.CLOSED, detail)
    if not upstream.has_carried(question.version):
        return GateResult(NAME, GateVerdict.CLOSED, f"never at {before}")
    return GateResult(NAME, GateVerdict.OPEN, f"came through {before}")
