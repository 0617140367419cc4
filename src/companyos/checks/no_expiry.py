"""A flag that is meant to go away says when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.lifetimes import LIFETIMES
from companyos.findings import Finding, Severity

CHECK = Check("flag/no-expiry", Severity.WARNING, "a temporary flag has no date")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each flag of a temporary kind without `expires_at`."""
    for flag in facts.flags:
        if flag.expires is None and flag.kind in LIFETIMES:
            days = LIFETIMES[flag.kind].days
            yield CHECK.finding(
                flag.id,
                f"flag `{flag.id.text}` is of kind {flag.kind} and has no `expires_at`",
                label="without a date nobody takes it out",
                hint=f"add `expires_at:`, at most {days} days from now, or `kind: "
                "permission` if it shall stay",
            )
