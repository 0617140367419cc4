"""An override that outlives its flag promises what the flag does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "flag/override-after-expiry",
    Severity.WARNING,
    "an override ends after its flag does",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each override with a date behind its flag's."""
    for flag in facts.flags:
        for override in flag.overrides:
            if (
                flag.expires
                and override.until
                and override.until.end > flag.expires.end
            ):
                yield CHECK.finding(
                    override.until.word,
                    f"the override for `{override.tenant.text}` ends after flag "
                    f"`{flag.id.text}`",
                    label="the flag should be gone by then",
                    hint="choose a date before the flag's `expires_at`",
                    related=(Related(flag.expires.word.place, "the flag's date"),),
                )
