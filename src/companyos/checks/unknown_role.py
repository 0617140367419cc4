"""Rules, roles and static subjects name roles that catalog.yaml declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.authz.vocabulary import ANY
from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/unknown-role",
    Severity.ERROR,
    "a rule, a role or a subject names an unknown role",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each role that is named and not declared."""
    if facts.catalog is None:
        return
    names = Names(
        "role",
        "declare it under `roles` in `config/catalog.yaml`",
        declared(role.name for role in facts.catalog.roles),
        frozenset({ANY}),
    )
    rules = [rule for bundle in facts.bundles for rule in bundle.rules]
    uses = [word for rule in rules for word in rule.roles]
    uses += [word for role in facts.catalog.roles for word in role.inherits]
    uses += [word for each in facts.subjects or () for word in each.roles]
    yield from unknown(CHECK, uses, names)
