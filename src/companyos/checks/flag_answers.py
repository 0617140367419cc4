"""What a flag can answer to a tenant, as far as its file alone says."""

from __future__ import annotations

from datetime import datetime

from companyos.checks.facts import FlagFacts, OverrideFacts


def otherwise(flag: FlagFacts) -> frozenset[str]:
    """Return the variants that a tenant without an override may see."""
    given = {flag.default} if flag.rollout is None else set(flag.rollout)
    for rule in flag.rules:
        given |= rule.gives
    return frozenset(given)


def holding(flag: FlagFacts, now: datetime) -> dict[str, OverrideFacts]:
    """Return the overrides that are not over, by tenant."""
    return {
        each.tenant.text: each
        for each in flag.overrides
        if each.until is None or each.until.end > now
    }
