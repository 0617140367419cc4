"""An allow for everybody, or for whatever comes, grants what nobody has thought of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.authz.vocabulary import ANY, Effect
from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "policy/wildcard-allow",
    Severity.WARNING,
    "an allow is for every role, or for every action of a type",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each wildcard of an allow rule."""
    rules = [rule for bundle in facts.bundles for rule in bundle.rules]
    for rule in rules:
        if rule.effect is not Effect.ALLOW:
            continue
        for role in rule.roles:
            if role.text == ANY:
                yield CHECK.finding(
                    role,
                    f"rule `{rule.id.text}` allows it to everybody",
                    label="subjects without any role too",
                    hint="name the roles; the least one is enough for all that "
                    "inherit it",
                )
        for action in rule.actions:
            if action.text.endswith(":*"):
                yield CHECK.finding(
                    action,
                    f"rule `{rule.id.text}` allows every action of its type",
                    label="actions that are declared later too",
                    hint="name the actions",
                )
