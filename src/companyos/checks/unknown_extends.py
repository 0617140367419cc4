"""A policy bundle must extend bundles that exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-extends",
    Severity.ERROR,
    "a policy bundle extends one that does not exist",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each bundle that is extended and not declared."""
    names = Names(
        "policy bundle",
        "add it below `config/policies/`",
        declared(bundle.id for bundle in facts.bundles),
        facts.broken.bundles,
    )
    uses = (word for bundle in facts.bundles for word in bundle.extends)
    yield from unknown(CHECK, uses, names)
