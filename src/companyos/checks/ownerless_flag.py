"""A flag is nobody's where its owner cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Related, Severity

CHECK = Check("flag/ownerless", Severity.WARNING, "nobody can be reached about a flag")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each flag whose owner is declared without a contact."""
    declared = facts.catalog.owners if facts.catalog else None
    silent = {each.name.text: each for each in declared or () if not each.contacts}
    for flag in facts.flags:
        if flag.owner and (owner := silent.get(flag.owner.text)):
            yield CHECK.finding(
                flag.owner,
                f"owner `{flag.owner.text}` of flag `{flag.id.text}` has no contact",
                label="cannot be reached",
                hint="add `contacts` to the owner, or name another owner",
                related=(Related(owner.name.place, "declared here"),),
            )
