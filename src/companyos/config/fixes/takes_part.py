"""Lets a tenant take part in a flag that has an override for it."""

from __future__ import annotations

from companyos.config.edits.entries import add_entry, insert_item
from companyos.config.edits.rewrite import Rewrite
from companyos.config.fixes.proposal import Files, Proposal, found_at, one
from companyos.config.kinds import stem_of
from companyos.config.yaml_source import Source
from companyos.findings import Finding

_LIST = "feature_flags"


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose to add the flag to the tenant's list.

    Not safe: the override begins to hold, and so may the flag's rules.
    """
    found = found_at(finding, files)
    owners = [related.place.file for related in finding.related]
    if found is None or not owners:
        return None
    tenant = files.source(owners[0])
    if tenant is None:
        return None
    flag = stem_of(finding.place.file)
    title = f"let `{stem_of(owners[0])}` take part in `{flag}`"
    return one(joined(tenant, flag), title, safe=False)


def joined(tenant: Source, flag: str) -> Rewrite | None:
    """Return the rewrite that adds a flag to a tenant's list."""
    if isinstance(tenant.value, dict) and _LIST in tenant.value:
        return insert_item(tenant, (_LIST,), flag)
    return add_entry(tenant, (), _LIST, [flag], after="policy_bundle_ref")
