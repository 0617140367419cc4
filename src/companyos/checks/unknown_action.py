"""Rules and services name actions that catalog.yaml declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-action", Severity.ERROR, "a rule or a service names an unknown action"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each action that is named and not declared.

    `type:*` is known where the type has at least one action.
    """
    if facts.catalog is None:
        return
    actions = facts.catalog.actions
    names = Names(
        "action",
        "declare it under `actions` in `config/catalog.yaml`",
        declared(actions),
        frozenset(f"{word.text.partition(':')[0]}:*" for word in actions),
    )
    rules = [rule for bundle in facts.bundles for rule in bundle.rules]
    uses = [word for rule in rules for word in rule.actions]
    uses += [word for service in facts.catalog.services for word in service.actions]
    yield from unknown(CHECK, uses, names)
