"""The compiled policies document: the catalogue, and bundles with checked conditions.

Roles and actions in rules are expanded here, so that deciding only compares names. It
is made of plain values, since proving invariants needs it at each `validate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from companyos.authz.vocabulary import ANY
from companyos.checks.facts import BundleFacts
from companyos.checks.pointers import pointer
from companyos.conditions.tree import Node
from companyos.conditions.wire import to_wire
from companyos.config.kinds import KINDS, Kind
from companyos.config.load import Loaded
from companyos.config.plain import rows, table, tables, text, texts
from companyos.config.yaml_source import read
from companyos.digests import JSONObject, JSONValue

SCHEMA = "companyos.policies/v1"


def policies_document(loaded: Loaded) -> JSONValue:
    """Return the document for a state without errors."""
    catalog = _value(loaded, KINDS[Kind.CATALOG].path)
    return {
        "schema": SCHEMA,
        "catalog": _catalog(catalog),
        "bundles": {
            facts.id.text: _bundle(facts, catalog, loaded)
            for facts in loaded.facts.bundles
        },
    }


def _value(loaded: Loaded, path: str) -> JSONObject:
    """Return what a file says; where its value was not kept, its bytes are read."""
    value = loaded.values[path]
    if value is None:
        value = read(path, loaded.sources[path]).value
    return cast("JSONObject", value)


def _catalog(catalog: JSONObject) -> JSONValue:
    return {
        "roles": {
            name: {"inherits": sorted(texts(role, "inherits"))}
            for name, role in tables(catalog, "roles").items()
        },
        "subject": _attributes(catalog, "subject"),
        "context": _attributes(catalog, "context"),
        "resource_types": {
            name: {"attributes": _attributes(each, "attributes")}
            for name, each in tables(catalog, "resource_types").items()
        },
        "actions": {
            name: _action(name, action)
            for name, action in tables(catalog, "actions").items()
        },
        "services": {
            name: {
                "actions": sorted(texts(each, "actions")),
                "flags": sorted(texts(each, "flags")),
            }
            for name, each in tables(catalog, "services").items()
        },
    }


def _action(name: str, action: JSONObject) -> JSONValue:
    made: dict[str, JSONValue] = {"resource_type": name.partition(":")[0]}
    if action.get("require_fresh"):
        # Only where it is demanded: other catalogues keep the digests that they have.
        made["require_fresh"] = True
    return made


def _attributes(of: JSONObject, key: str) -> JSONValue:
    return {
        name: {"type": text(each, "type"), "optional": each.get("optional", False)}
        for name, each in tables(of, key).items()
    }


def _bundle(facts: BundleFacts, catalog: JSONObject, loaded: Loaded) -> JSONValue:
    path = facts.id.file
    bundle = _value(loaded, path)
    rules: list[JSONValue] = []
    for index, rule in enumerate(rows(bundle, "rules")):
        tree = loaded.trees.get((path, pointer(("rules", index, "when"))))
        rules.append(
            {
                "id": text(rule, "id"),
                "effect": text(rule, "effect"),
                "roles": with_heirs(texts(rule, "roles"), tables(catalog, "roles")),
                "actions": _with_all_of_type(
                    texts(rule, "actions"), table(catalog, "actions")
                ),
                "when": wire_or_none(tree),
                "source": rule.get("when"),
                "reason": text(rule, "reason"),
                "file": path,
                "line": facts.rules[index].id.place.line,
            }
        )
    return {
        "tags": sorted(texts(bundle, "tags")),
        "abstract": facts.abstract,
        "extends": list(texts(bundle, "extends")),
        "rules": rules,
    }


def wire_or_none(tree: Node | None) -> JSONValue:
    """Return a condition's wire form, or None where there is no condition."""
    return None if tree is None else to_wire(tree)


def with_heirs(roles: Iterable[str], declared: Mapping[str, JSONObject]) -> list[str]:
    """Return the roles named and all that inherit one; `*` alone where it is named."""
    named = set(roles)
    if ANY in named:
        return [ANY]
    grown = True
    while grown:
        heirs = {
            name
            for name, role in declared.items()
            if not named.isdisjoint(texts(role, "inherits"))
        }
        grown = not heirs <= named
        named |= heirs
    return sorted(named)


def _with_all_of_type(actions: Iterable[str], declared: Iterable[str]) -> list[str]:
    """Return the actions named, with every declared one of its type for `type:*`."""
    found: set[str] = set()
    for action in actions:
        kind, _, verb = action.partition(":")
        if verb == ANY:
            found |= {name for name in declared if name.startswith(f"{kind}:")}
        else:
            found.add(action)
    return sorted(found)
