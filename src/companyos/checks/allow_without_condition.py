"""An allow without a condition; worth a look where rules are reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.authz.vocabulary import Effect
from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "policy/allow-without-condition",
    Severity.INFO,
    "an allow rule has no condition",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each allow rule that always speaks."""
    for bundle in facts.bundles:
        for rule in bundle.rules:
            if rule.effect is Effect.ALLOW and rule.when is None:
                yield CHECK.finding(
                    rule.id,
                    f"rule `{rule.id.text}` allows without a condition",
                    label="whatever the resource is",
                    hint="add `when:` if it shall not hold for every resource",
                )
