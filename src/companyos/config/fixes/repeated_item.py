"""Takes an item out of a list that has it already."""

from __future__ import annotations

from companyos.config.edits.changes import value_at
from companyos.config.edits.removal import remove_several
from companyos.config.fixes.proposal import Files, Proposal, found_at, one
from companyos.findings import Finding


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose to keep the first of equal items alone."""
    found = found_at(finding, files)
    if found is None:
        return None
    source, path = found
    items = value_at(source.value, path[:-1])
    if not isinstance(items, list) or not isinstance(path[-1], int):
        return None
    item = items[path[-1]]
    again = [index for index, each in enumerate(items) if each == item][1:]
    return one(
        remove_several(source, path[:-1], again), "delete what stands twice", safe=True
    )
