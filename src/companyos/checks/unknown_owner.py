"""Who answers for a flag or a tenant is one the catalogue knows, where it says who."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-owner",
    Severity.ERROR,
    "a flag's owner, or a tenant's contact, is not declared",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each owner and contact that is named and not declared."""
    owners = facts.catalog.owners if facts.catalog else None
    if owners is None:
        return
    names = Names(
        "owner",
        "declare it under `owners` in `config/catalog.yaml`",
        declared(owner.name for owner in owners),
    )
    uses = (flag.owner for flag in facts.flags if flag.owner)
    yield from unknown(CHECK, uses, names)
    contacts = Names(
        "owner's contact",
        "add it to the `contacts` of an owner in `config/catalog.yaml`",
        declared(contact for owner in owners for contact in owner.contacts),
    )
    if contacts.declared:
        reached = (each.contact for each in facts.tenants if each.contact)
        yield from unknown(CHECK, reached, contacts)
