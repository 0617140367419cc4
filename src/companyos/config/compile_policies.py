"""The compiled policies document: the catalogue, and bundles with checked conditions.

Roles and actions in rules are expanded here, so that deciding only compares names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from companyos.authz.model import ANY
from companyos.checks.facts import BundleFacts
from companyos.checks.pointers import pointer
from companyos.conditions.tree import Node
from companyos.conditions.wire import to_wire
from companyos.config.documents import CatalogDocument, PolicyDocument
from companyos.config.documents.catalog import ActionDocument, AttributeDocument
from companyos.config.load import Loaded
from companyos.digests import JSONValue

SCHEMA = "companyos.policies/v1"


def policies_document(loaded: Loaded) -> JSONValue:
    """Return the document for a state without errors."""
    catalog = next(
        each for each in loaded.documents.values() if isinstance(each, CatalogDocument)
    )
    return {
        "schema": SCHEMA,
        "catalog": _catalog(catalog),
        "bundles": {
            facts.id.text: _bundle(facts, catalog, loaded)
            for facts in loaded.facts.bundles
        },
    }


def _catalog(document: CatalogDocument) -> JSONValue:
    return {
        "roles": {
            name: {"inherits": sorted(role.inherits)}
            for name, role in document.roles.items()
        },
        "subject": _attributes(document.subject),
        "context": _attributes(document.context),
        "resource_types": {
            name: {"attributes": _attributes(each.attributes)}
            for name, each in document.resource_types.items()
        },
        "actions": {
            name: _action(name, action) for name, action in document.actions.items()
        },
        "services": {
            name: {"actions": sorted(each.actions), "flags": sorted(each.flags)}
            for name, each in document.services.items()
        },
    }


def _action(name: str, action: ActionDocument) -> JSONValue:
    made: dict[str, JSONValue] = {"resource_type": name.partition(":")[0]}
    if action.require_fresh:
        # Only where it is demanded: other catalogues keep the digests that they have.
        made["require_fresh"] = True
    return made


def _attributes(attributes: Mapping[str, AttributeDocument]) -> JSONValue:
    return {
        name: {"type": each.type, "optional": each.optional}
        for name, each in attributes.items()
    }


def _bundle(facts: BundleFacts, catalog: CatalogDocument, loaded: Loaded) -> JSONValue:
    path = facts.id.place.file
    document = cast("PolicyDocument", loaded.documents[path])
    rules: list[JSONValue] = []
    for index, rule in enumerate(document.rules):
        tree = loaded.trees.get((path, pointer(("rules", index, "when"))))
        rules.append(
            {
                "id": rule.id,
                "effect": rule.effect,
                "roles": with_heirs(rule.roles, catalog),
                "actions": with_all_of_type(rule.actions, catalog),
                "when": wire_or_none(tree),
                "source": rule.when,
                "reason": rule.reason,
                "file": path,
                "line": facts.rules[index].id.place.line,
            }
        )
    return {
        "tags": sorted(document.tags),
        "abstract": document.abstract,
        "extends": list(document.extends),
        "rules": rules,
    }


def wire_or_none(tree: Node | None) -> JSONValue:
    """Return a condition's wire form, or None where there is no condition."""
    return None if tree is None else to_wire(tree)


def with_heirs(roles: Iterable[str], catalog: CatalogDocument) -> list[str]:
    """Return the roles named and all that inherit one; `*` alone where it is named."""
    named = set(roles)
    if ANY in named:
        return [ANY]
    grown = True
    while grown:
        heirs = {
            name for name, role in catalog.roles.items() if named & set(role.inherits)
        }
        grown = not heirs <= named
        named |= heirs
    return sorted(named)


def with_all_of_type(actions: Iterable[str], catalog: CatalogDocument) -> list[str]:
    """Return the actions named, with every declared one of its type for `type:*`."""
    found: set[str] = set()
    for action in actions:
        kind, _, verb = action.partition(":")
        if verb == ANY:
            found |= {name for name in catalog.actions if name.startswith(f"{kind}:")}
        else:
            found.add(action)
    return sorted(found)
