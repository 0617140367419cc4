"""An override that gives what the tenant would get anyway hides how things are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.flag_answers import holding, otherwise
from companyos.findings import Finding, Severity

CHECK = Check(
    "flag/override-redundant", Severity.WARNING, "an override changes no answer"
)


def find(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Yield each such override; one with a reason is a pin, and meant so."""
    for flag in facts.flags:
        rest = otherwise(flag)
        if len(rest) != 1:
            continue
        for override in holding(flag, now).values():
            if override.gives == rest and not override.has_reason:
                yield CHECK.finding(
                    override.tenant,
                    f"tenant `{override.tenant.text}` would get `{min(rest)}` anyway",
                    label="this override changes nothing",
                    hint="delete it, or give it a `reason` if it is there on purpose",
                )
