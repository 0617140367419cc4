"""Two tenants of one display name are mixed up sooner or later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "tenant/duplicate-display-name",
    Severity.INFO,
    "two tenants have the same display name",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each second use of a display name, whatever its case and spaces."""
    first: dict[str, Word] = {}
    for tenant in facts.tenants:
        if tenant.name is None:
            continue
        key = " ".join(tenant.name.text.casefold().split())
        before = first.setdefault(key, tenant.name)
        if before is not tenant.name:
            yield CHECK.finding(
                tenant.name,
                f"another tenant is called `{before.text}` too",
                label="a second time",
                hint="add what tells them apart",
                related=(Related(before.place, "first here"),),
            )
