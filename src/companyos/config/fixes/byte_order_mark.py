"""Takes the byte order mark off the beginning of a file."""

from __future__ import annotations

from companyos.config.edits.rewrite import BOM, Rewrite
from companyos.config.fixes.proposal import Files, Proposal, one
from companyos.findings import Edit, Finding, Place


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose to delete the mark; nothing else changes."""
    file = finding.place.file
    if not (files.text(file) or "").startswith(BOM):
        return None
    edit = Edit(Place(file, 1, 1, 1, 2), "")
    return one(Rewrite(file, (edit,)), "delete the byte order mark", safe=True)
