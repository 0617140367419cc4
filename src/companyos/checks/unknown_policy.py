"""A tenant must refer to a policy bundle that exists and is no abstract one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-policy",
    Severity.ERROR,
    "a tenant refers to a policy bundle that does not exist",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each bundle that tenants name and no file declares."""
    names = Names(
        "policy bundle",
        "add it below `config/policies/`",
        declared(bundle.id for bundle in facts.bundles),
        facts.broken.bundles,
    )
    yield from unknown(CHECK, (tenant.bundle for tenant in facts.tenants), names)
