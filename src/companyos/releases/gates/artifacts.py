"""Gate `artifacts`: files at hand are the ones the release was built with.

A file that is not at hand proves nothing either way: what is deployed is compared with
the signed digest again wherever it is loaded.
"""

from __future__ import annotations

from companyos.releases.entries import GateVerdict
from companyos.releases.gates.question import ArtifactCheck, GateResult, Question

NAME = "artifacts"


def gate(question: Question) -> GateResult:
    """Open unless an artifact was hashed and has not the digest in the release."""
    names = sorted(question.release.release.artifacts)
    found = question.evidence.artifacts
    wrong = [name for name in names if found.get(name) is ArtifactCheck.DIFFERS]
    if wrong:
        detail = f"not the file that was released: {', '.join(wrong)}"
        return GateResult(NAME, GateVerdict.CLOSED, detail)
    if not names:
        return GateResult(NAME, GateVerdict.OPEN, "none in this release")
    right = [name for name in names if found.get(name) is ArtifactCheck.MATCHES]
    away = len(names) - len(right)
    detail = f"{len(right)} hashed, {away} not at hand"
    return GateResult(NAME, GateVerdict.OPEN, detail)
