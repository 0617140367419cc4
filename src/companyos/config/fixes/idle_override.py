"""Takes out an override that is over, or gives a tenant what it gets anyway."""

from __future__ import annotations

from companyos.config.edits.removal import remove
from companyos.config.fixes.proposal import Files, Proposal, found_at, one
from companyos.findings import Finding


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose to delete the override.

    Not safe: it was perhaps to hold when the default changes.
    """
    found = found_at(finding, files)
    if found is None:
        return None
    source, path = found
    if len(path) < 2 or path[0] != "per_tenant_overrides":
        return None
    return one(remove(source, path[:2]), "delete the override", safe=False)
