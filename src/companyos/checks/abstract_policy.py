"""An abstract policy bundle is only there to be extended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "ref/abstract-policy",
    Severity.ERROR,
    "a tenant refers to an abstract policy bundle",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each tenant that names an abstract bundle."""
    abstract = {each.id.text: each.id for each in facts.bundles if each.abstract}
    for tenant in facts.tenants:
        if bundle := abstract.get(tenant.bundle.text):
            yield CHECK.finding(
                tenant.bundle,
                f"policy bundle `{bundle.text}` is abstract",
                label="only to be extended",
                hint="refer to a bundle that extends it",
                related=(Related(bundle.place, "declared abstract here"),),
            )
