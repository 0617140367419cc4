"""OpenFeature's flag set for tests, written as our flags.

Its targeting is CEL over the bare names of the context, `CONDITION ? 'variant' : ''`;
ours names them `context.NAME` and asks `has()` first. Variants of boolean flags are
`on` and `off` here whatever they are called there, and where the set says `disabled`,
which there means the caller's own default, a killed flag gives its other variant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import desired_states as states
from companyos.conditions import to_wire
from companyos.config.condition_parser import parse_source
from companyos.config.condition_syntax import Located
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.snapshot import Snapshot

CASES = Path(__file__).parent / "cases" / "openfeature"
CONTEXT: JSONObject = {
    "email": {"type": "string", "optional": True},
    "role": {"type": "string", "optional": True},
    "age": {"type": "integer", "optional": True},
    "customer": {"type": "boolean", "optional": True},
}
WITHOUT_DEFAULT = frozenset({"null-default-flag", "undefined-default-flag"})
"""A flag of ours always has a default; no scenario asks for these two."""

_TARGETING = re.compile(r"(.+) \? '([^']+)' : ''")
_NAME = re.compile(r"'[^']*'|([a-z]+)")
"""A text, which stays as it is, or a name."""


def snapshot(*, without: str = "") -> Snapshot:
    """Return the set, but for one flag; one tenant takes part in all of them."""
    document: Mapping[str, JSONObject] = json.loads(
        (CASES / "test-flags.json").read_text(encoding="utf-8")
    )
    flags = {
        name: _flag(name, each)
        for name, each in document.items()
        if name not in WITHOUT_DEFAULT | {without}
    }
    tenants = {"pilot-a": states.tenant(flags=tuple(flags))}
    catalog = {**states.CATALOG, "context": CONTEXT}
    return Snapshot.load(
        tenants=canonical_json(states.tenants_document(tenants)),
        policies=canonical_json(states.policies_document(catalog=catalog)),
        flags=canonical_json(states.flags_document(flags)),
    )


def _flag(name: str, described: JSONObject) -> JSONObject:
    given = cast("Mapping[str, JSONValue]", described["variants"])
    values = list(given.values())
    boolean = isinstance(values[0], bool)
    number = any(isinstance(value, float) for value in values)

    def named(variant: str) -> str:
        return ("on" if given[variant] else "off") if boolean else variant

    default = str(described["defaultVariant"])
    other = next(each for each in given if each != default)
    return states.flag(
        type=_type(values[0]),
        variants={
            named(each): repr(float(cast("float", value))) if number else value
            for each, value in given.items()
        },
        default=named(default),
        off=named(other),
        state="killed" if described.get("disabled") else "active",
        rules=_rules(described.get("contextEvaluator"), named),
        salt=name,
    )


def _type(value: JSONValue) -> str:
    names = {bool: "boolean", str: "string", int: "integer", float: "number"}
    return names.get(type(value), "object")


def _rules(written: JSONValue, named: object) -> JSONValue:
    if written is None:
        return []
    found = _TARGETING.fullmatch(str(written))
    assert found is not None, written
    condition, variant = found.groups()
    used = sorted(set(_NAME.findall(condition)) - {""})
    asked = " && ".join(f"has(context.{each})" for each in used)
    ours = _NAME.sub(
        lambda name: f"context.{name[1]}" if name[1] else name[0], condition
    )
    source = f"{asked} && {ours}"
    tree = parse_source(source)
    assert isinstance(tree, Located), tree
    assert callable(named)
    return [
        {
            "name": "targeting",
            "when": to_wire(tree.node),
            "source": source,
            "serve": states.served(named(variant)),
        }
    ]
