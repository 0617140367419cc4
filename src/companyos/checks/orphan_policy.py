"""A policy bundle that nobody uses is dead text which looks as if it ruled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/orphan-policy",
    Severity.ERROR,
    "no tenant refers to a policy bundle, and no bundle extends it",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each bundle without a user; abstract ones wait to be extended.

    A tenant or bundle that could not be read may be the user, so nothing is said then.
    """
    if facts.broken.tenants or facts.broken.bundles:
        return
    used = {tenant.bundle.text for tenant in facts.tenants}
    used |= {word.text for bundle in facts.bundles for word in bundle.extends}
    for bundle in facts.bundles:
        if not bundle.abstract and bundle.id.text not in used:
            yield CHECK.finding(
                bundle.id,
                f"no tenant refers to policy bundle `{bundle.id.text}`",
                label="decides for nobody",
                hint="let a tenant's `policy_bundle_ref` name it, or delete the file",
            )
