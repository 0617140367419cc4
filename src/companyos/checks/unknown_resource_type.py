"""An action's resource type, which stands before its colon, is declared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Guesses
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-resource-type",
    Severity.ERROR,
    "an action is declared for an unknown resource type",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each declared action whose type is not."""
    if facts.catalog is None:
        return
    types = facts.catalog.resource_types
    guesses = Guesses(types)
    for action in facts.catalog.actions:
        name = action.text.partition(":")[0]
        if name not in types:
            near = guesses.nearest(name)
            yield CHECK.finding(
                action,
                f"resource type `{name}` does not exist",
                label="no such resource type",
                hint=f"did you mean `{near}`?"
                if near
                else "declare it under `resource_types` in `config/catalog.yaml`",
            )
