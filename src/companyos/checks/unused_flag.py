"""A flag that nobody takes part in and nobody reads is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "flag/unused",
    Severity.WARNING,
    "no tenant takes part in a flag, no service reads it, no flag requires it",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each flag without a use.

    Nothing is said while a file could not be read, or names a flag that does not exist:
    that may be the use, misspelled.
    """
    if facts.catalog is None or facts.broken.tenants or facts.broken.flags:
        return
    used = set(facts.members)
    used |= {word.text for each in facts.catalog.services for word in each.flags}
    used |= {each.flag.text for flag in facts.flags for each in flag.prerequisites}
    if not used <= {flag.id.text for flag in facts.flags}:
        return
    for flag in facts.flags:
        if flag.id.text not in used:
            yield CHECK.finding(
                flag.id,
                f"flag `{flag.id.text}` is used nowhere",
                label="no tenant, no service, no other flag",
                hint="delete the file, or name the flag in a tenant's "
                "`feature_flags` and in the catalogue's `services`",
            )
