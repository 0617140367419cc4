"""All variants of a flag have its type, and a form that every JSON reader keeps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import cast

from companyos.checks.check import Check
from companyos.checks.facts import Facts, FlagFacts, VariantFacts
from companyos.digests import INTEGER_MAX, JSONValue
from companyos.findings import Finding, Severity
from companyos.flags.vocabulary import FlagType

CHECK = Check(
    "flag/variant-type", Severity.ERROR, "a variant's value has not the flag's type"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each flag without variants it needs, and each variant of another type."""
    for flag in facts.flags:
        if flag.type is FlagType.BOOLEAN and flag.variants:
            yield CHECK.finding(
                flag.variants[0].name,
                f"flag `{flag.id.text}` is boolean and has `on` and `off` already",
                hint="delete `variants`, or give the flag another `type`",
            )
        elif flag.type is not FlagType.BOOLEAN:
            yield from _of_other_type(flag)


def _of_other_type(flag: FlagFacts) -> Iterator[Finding]:
    if not flag.variants:
        yield CHECK.finding(
            flag.id,
            f"flag `{flag.id.text}` is of type {flag.type} and has no variants",
            hint="add `variants:`, a mapping of names to values",
        )
    for variant in flag.variants:
        if said := _objection(variant, flag.type):
            name = variant.name.text
            yield CHECK.finding(
                variant.name,
                f"variant `{name}` {said}",
                expected=f"a value of type {flag.type}",
                hint="change the value or the flag's `type`",
            )


def _objection(variant: VariantFacts, type_: FlagType) -> str:
    fits = {
        FlagType.STRING: isinstance(variant.value, str),
        FlagType.INTEGER: isinstance(variant.value, int)
        and not isinstance(variant.value, bool),
        FlagType.NUMBER: isinstance(variant.value, int | float)
        and not isinstance(variant.value, bool),
        FlagType.OBJECT: isinstance(variant.value, Mapping),
    }
    if not fits.get(type_, False):
        return f"is not of type {type_}"
    if type_ is FlagType.NUMBER:
        return _no_double(variant.value)
    if not _keeps(variant.value):
        return "holds a number that is not whole or past what JSON readers can hold"
    return ""


def _no_double(value: JSONValue) -> str:
    """Return why a number is not one that a double holds."""
    try:
        holds = math.isfinite(float(cast("float", value)))
    except OverflowError:
        holds = False
    return "" if holds else "is no finite number"


def _keeps(value: JSONValue) -> bool:
    """Return whether the value's numbers survive every JSON reader."""
    if isinstance(value, float):
        return False
    if isinstance(value, int):
        return -INTEGER_MAX <= value <= INTEGER_MAX
    if isinstance(value, Mapping):
        return all(_keeps(each) for each in value.values())
    if isinstance(value, list):
        return all(_keeps(each) for each in value)
    return True
