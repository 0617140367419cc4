"""The compiled flags document: every short form written out.

Shares are ordered by variant name, `on` before `off`, so that the order in the file
moves nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from companyos.checks.pointers import pointer
from companyos.config.compile_policies import wire_or_none
from companyos.config.documents import FlagDocument
from companyos.config.documents.flag import (
    FlagRuleDocument,
    OverrideDocument,
    PrerequisiteDocument,
    RolloutDocument,
    ServeDocument,
)
from companyos.config.load import Loaded
from companyos.config.moments import end_of, in_rfc3339
from companyos.config.shares import thousandths
from companyos.config.variants_given import variant_of
from companyos.digests import JSONValue
from companyos.flags.vocabulary import WEIGHT_TOTAL, FlagType

SCHEMA = "companyos.flags/v1"

_BOOLEANS: Mapping[str, JSONValue] = {"on": True, "off": False}


def flags_document(loaded: Loaded) -> JSONValue:
    """Return the document for a state without errors."""
    lines = {each.id.file: each.id.line for each in loaded.facts.flags}
    return {
        "schema": SCHEMA,
        "flags": {
            each.flag_id: {
                **_flag(each),
                "rules": _rules(each, path, loaded),
                "file": path,
                "line": lines[path],
            }
            for path, each in loaded.documents.items()
            if isinstance(each, FlagDocument)
        },
    }


def _flag(document: FlagDocument) -> dict[str, JSONValue]:
    default = variant_of(document.default)
    prerequisites = sorted(document.prerequisites, key=lambda each: each.flag)
    return {
        "type": document.type,
        "kind": document.kind,
        "state": document.state,
        "variants": _variants(document),
        "default": default,
        "off": _off(document),
        "owner": document.owner,
        "prerequisites": [_prerequisite(each) for each in prerequisites],
        "overrides": {
            tenant: _override(each, default)
            for tenant, each in document.per_tenant_overrides.items()
        },
        "rollout": None
        if document.rollout is None
        else _split(document.rollout, default),
        "bucketing": document.bucketing,
        "salt": document.salt or document.flag_id,
        "expires_at": _end(document.expires_at),
        "on_expiry": document.on_expiry,
    }


def _variants(document: FlagDocument) -> Mapping[str, JSONValue]:
    if document.type is FlagType.BOOLEAN:
        return _BOOLEANS
    variants: Mapping[str, JSONValue] = {**(document.variants or {})}
    if document.type is FlagType.NUMBER:
        return {name: _number_text(value) for name, value in variants.items()}
    return variants


def _number_text(value: JSONValue) -> JSONValue:
    """Return a number as the shortest text that reads back as the same double."""
    return repr(float(value)) if isinstance(value, (int, float)) else value


def _off(document: FlagDocument) -> str:
    if document.off is not None:
        return variant_of(document.off)
    if document.type is FlagType.BOOLEAN:
        return "off"
    return variant_of(document.default)


def _prerequisite(document: PrerequisiteDocument) -> JSONValue:
    answer = document.value if document.variant is None else document.variant
    return {"flag": document.flag, "variant": variant_of(answer or False)}


def _override(
    override: bool | str | OverrideDocument,  # noqa: FBT001 - a flag's own value
    default: str,
) -> JSONValue:
    if not isinstance(override, OverrideDocument):
        return {"serve": _serve(override, default), "until": None, "reason": ""}
    return {
        "serve": _serve(override, default),
        "until": _end(override.until),
        "reason": override.reason or "",
    }


def _rules(document: FlagDocument, path: str, loaded: Loaded) -> JSONValue:
    default = variant_of(document.default)

    def compiled(index: int, rule: FlagRuleDocument) -> JSONValue:
        tree = loaded.trees.get((path, pointer(("rules", index, "when"))))
        return {
            "name": rule.name,
            "when": wire_or_none(tree),
            "source": rule.when,
            "serve": _serve(rule.serve, default),
        }

    return [compiled(index, rule) for index, rule in enumerate(document.rules)]


def _serve(
    served: bool | str | ServeDocument,  # noqa: FBT001 - a flag's own value
    default: str,
) -> JSONValue:
    if not isinstance(served, ServeDocument):
        return {"variant": variant_of(served)}
    if served.rollout is not None:
        return {"split": _split(served.rollout, default)}
    answer = served.value if served.variant is None else served.variant
    return {"variant": variant_of(answer or False)}


def _split(rollout: RolloutDocument, default: str) -> JSONValue:
    if rollout.weights is not None:
        shares = {name: thousandths(each) for name, each in rollout.weights.items()}
    else:
        share = thousandths(rollout.percent or 0)
        shares = {"on": share}
        shares[default] = shares.get(default, 0) + WEIGHT_TOTAL - share
    first = rollout.order or []

    def rank(variant: str) -> tuple[int, bool, str]:
        place = first.index(variant) if variant in first else len(first)
        return place, variant != "on", variant

    return {
        "by": rollout.by,
        "weights": [[name, shares[name]] for name in sorted(shares, key=rank)],
    }


def _end(written: str | None) -> str | None:
    return None if written is None else in_rfc3339(end_of(written))
