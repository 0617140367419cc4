"""Tenant, flag and override must agree: who is overridden takes part in the flag."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, FlagFacts, TenantFacts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "flag/override-outside",
    Severity.ERROR,
    "an override is for a tenant that does not take part in the flag",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each override that can never be asked."""
    tenants = {tenant.id.text: tenant for tenant in facts.tenants}
    for flag in facts.flags:
        members = facts.members.get(flag.id.text, ())
        for word in (each.tenant for each in flag.overrides):
            if word.text not in members and word.text in tenants:
                yield _finding(flag, tenants[word.text], word)


def _finding(flag: FlagFacts, tenant: TenantFacts, word: Word) -> Finding:
    return CHECK.finding(
        word,
        f"tenant `{word.text}` does not take part in flag `{flag.id.text}`",
        label="this override changes nothing",
        hint=f"add `{flag.id.text}` to the tenant's `feature_flags`, "
        "or delete the override",
        related=(Related(tenant.id.place, "the tenant"),),
    )
