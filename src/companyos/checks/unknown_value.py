"""What a condition compares with names of the desired state is declared there.

A deny for a misspelt stage lets all through, and nothing fails. Tenants in a condition
with escapes are left alone: who compares with a tenant must be known when it comes or
goes, and `companyos.checks.names` reads a condition only as it is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.comparisons import Meaning, comparisons_in
from companyos.checks.facts import CatalogFacts, Facts, Word
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity
from companyos.tenants import DataClassification, is_id

CHECK = Check(
    "ref/unknown-value",
    Severity.ERROR,
    "a condition compares with a value that cannot occur",
)

_CLASSIFICATION = Names(
    "data classification",
    f"there are {', '.join(f'`{each}`' for each in DataClassification)}",
    {},
    frozenset(DataClassification),
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each name that conditions compare with and nobody declares."""
    known = _names(facts)
    wrong = _wrong(facts, known)
    if not wrong:
        return
    uses: defaultdict[Meaning, list[Word]] = defaultdict(list)
    for when in _conditions(facts):
        for meaning, name in wrong.get(id(facts.tree(when)), ()):
            if meaning is not Meaning.TENANT or "\\" not in when.text:
                uses[meaning].append(_within(when, name))
    for meaning, names in known.items():
        yield from unknown(CHECK, uses[meaning], names)


def _names(facts: Facts) -> Mapping[Meaning, Names]:
    """Return the names there are, where that is known.

    A tenant's file of another name than an id has cannot declare what is asked for.
    """
    names = {
        Meaning.CLASSIFICATION: _CLASSIFICATION,
        Meaning.TENANT: Names(
            "tenant",
            "add it below `config/tenants/`",
            declared(tenant.id for tenant in facts.tenants),
            frozenset(filter(is_id, facts.broken.tenants)),
        ),
    }
    if facts.catalog is not None:
        names |= _catalogued(facts.catalog)
    if facts.regions is not None:
        names[Meaning.REGION] = Names(
            "data region",
            "declare it in `config/regions.yaml`",
            declared(region.name for region in facts.regions),
        )
    if facts.stages is not None:
        names[Meaning.STAGE] = Names(
            "stage",
            "declare it in `config/stages.yaml`",
            declared(stage.name for stage in facts.stages),
        )
    return names


def _catalogued(catalog: CatalogFacts) -> dict[Meaning, Names]:
    return {
        Meaning.RESOURCE_TYPE: Names(
            "resource type",
            "declare it under `resource_types` in `config/catalog.yaml`",
            {},
            catalog.resource_types,
        ),
        Meaning.ROLE: Names(
            "role",
            "declare it under `roles` in `config/catalog.yaml`",
            declared(role.name for role in catalog.roles),
        ),
    }


def _wrong(
    facts: Facts, known: Mapping[Meaning, Names]
) -> Mapping[int, list[tuple[Meaning, str]]]:
    """Return what is compared with and not there, by the identity of the tree.

    Conditions that are alike share a tree.
    """
    trees = {id(tree): tree for tree in facts.trees.values()}
    found: dict[int, list[tuple[Meaning, str]]] = {}
    for identity, tree in trees.items():
        for meaning, name in dict.fromkeys(comparisons_in(tree)):
            names = known.get(meaning)
            if names and name not in names.declared and name not in names.also:
                found.setdefault(identity, []).append((meaning, name))
    return found


def _conditions(facts: Facts) -> Iterator[Word]:
    for bundle in facts.bundles:
        for rule in bundle.rules:
            if rule.when is not None:
                yield rule.when
    for flag in facts.flags:
        for each in flag.rules:
            yield each.when


def _within(when: Word, name: str) -> Word:
    """Return the word that a constant is, at the condition's place if it is not sure.

    Sure it is on a line that says the condition letter by letter, with quotes or none.
    """
    quoted = [each for each in (f'"{name}"', f"'{name}'") if each in when.text]
    around = when.end_column - when.column - len(when.text)
    if (
        when.line != when.end_line
        or around not in {0, 2}
        or len(quoted) != 1
        or when.text.count(quoted[0]) != 1
    ):
        return when._replace(text=name)
    column = when.column + around // 2 + when.text.index(quoted[0])
    end_column = column + len(quoted[0])
    return when._replace(text=name, column=column, end_column=end_column)
