"""Mistakes made on purpose: which of them would a bundle's tests not notice.

Each mutant is the policies document with one rule taken out, turned round, opened to
everybody, freed of its condition, or with one clause put aside. Tests kill a mutant if
a case gets another answer than it expects; a mutant that lives is a mistake that could
be made tomorrow without a test failing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

from companyos.authz.vocabulary import ANY, Effect
from companyos.conditions import from_wire, to_text
from companyos.digests import JSONObject, JSONValue
from companyos.documents import object_at

Wire: TypeAlias = list[JSONValue]
Rules: TypeAlias = list[JSONObject]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: in which rule, what it is, and the document that has it."""

    rule_id: str
    change: str
    document: JSONObject


def mutants_of(document: JSONObject) -> Iterator[Mutant]:
    """Yield every mutant of a policies document, rule by rule."""
    bundles = object_at(document["bundles"], "policies.bundles")
    for name in sorted(bundles):
        bundle = object_at(bundles[name], name)
        rules = cast("Rules", bundle["rules"])
        for index, rule in enumerate(rules):
            for change, instead in _changes(rule):
                kept = [*rules[:index], *instead, *rules[index + 1 :]]
                changed = {**bundles, name: {**bundle, "rules": kept}}
                yield Mutant(str(rule["id"]), change, {**document, "bundles": changed})


def _changes(rule: JSONObject) -> Iterator[tuple[str, Rules]]:
    """Yield what can be done to a rule, and what stands in its place then."""
    yield "the rule is gone", []
    denies = rule["effect"] == Effect.DENY
    other = Effect.ALLOW if denies else Effect.DENY
    yield f"{rule['effect']} is {other}", [{**rule, "effect": str(other)}]
    if rule["roles"] != [ANY]:
        yield "everybody has it, whatever their roles", [{**rule, "roles": [ANY]}]
    when = rule["when"]
    if not isinstance(when, list):
        return
    yield "the condition is gone", [{**rule, "when": None}]
    for clause, weakened in _weakened(when):
        text = to_text(from_wire(clause))
        yield f"without the clause `{text}`", [{**rule, "when": weakened}]


def _weakened(wire: Wire) -> Iterator[tuple[JSONValue, JSONValue]]:
    """Yield each operand of a row of `&&` and `||`, and the condition without it."""
    if wire[0] not in {"and", "or"}:
        return
    _, left, right = wire
    for operand, other, at in ((left, right, 1), (right, left, 2)):
        if _is_row(operand):
            for clause, weakened in _weakened(cast("Wire", operand)):
                yield clause, [*wire[:at], weakened, *wire[at + 1 :]]
        else:
            yield operand, other


def _is_row(wire: JSONValue) -> bool:
    return isinstance(wire, list) and wire[0] in {"and", "or"}
