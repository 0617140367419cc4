"""What conditions may read, with types, as the catalogue declares it.

`catalog` is the plain value of a catalogue that fits its schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from companyos.config.condition_types import (
    Bool,
    Environment,
    Field,
    Int,
    ListType,
    ObjectType,
    String,
    Type,
)
from companyos.config.plain import tables, text
from companyos.digests import JSONObject

_TYPES: Mapping[str, Type] = {
    "string": String(),
    "integer": Int(),
    "boolean": Bool(),
    "strings": ListType(String()),
}
_TENANT = ObjectType(
    {
        "id": Field(String()),
        "env": Field(String()),
        "data_region": Field(String()),
        "data_classification": Field(String(), optional=True),
    }
)


def rule_environment(catalog: JSONObject, types: Sequence[str]) -> Environment:
    """Return the variables of a policy rule whose actions are of these types.

    Of several types, a rule may read what all of them declare alike.
    """
    declared = tables(catalog, "resource_types")
    every = [tables(declared[name], "attributes") for name in types if name in declared]
    attributes = {
        name: attribute
        for name, attribute in (every[0] if every else {}).items()
        if all(_field(attribute) == _field(each.get(name)) for each in every)
    }
    own = {name: Field(String()) for name in ("type", "id", "tenant")}
    return {
        "subject": _subject(catalog),
        "resource": ObjectType({**own, **_fields(attributes)}),
        "tenant": _TENANT,
    }


def flag_environment(catalog: JSONObject) -> Environment:
    """Return the variables of a flag's rule. Whatever callers tell may be missing."""
    told = {
        name: Field(_TYPES[text(attribute, "type")], optional=True)
        for name, attribute in tables(catalog, "context").items()
    }
    return {
        "subject": _subject(catalog),
        "tenant": _TENANT,
        "context": ObjectType(told),
    }


def _subject(catalog: JSONObject) -> ObjectType:
    attributes = _fields(tables(catalog, "subject"))
    country = attributes.get("country")
    return ObjectType(
        {
            "id": Field(String()),
            "tenant": Field(String()),
            "roles": Field(ListType(String())),
            "region": Field(String(), optional=country is None or country.optional),
            "attributes": Field(ObjectType(attributes)),
        }
    )


def _fields(attributes: Mapping[str, JSONObject]) -> dict[str, Field]:
    return {name: _declared(attribute) for name, attribute in attributes.items()}


def _field(attribute: JSONObject | None) -> Field | None:
    return None if attribute is None else _declared(attribute)


def _declared(attribute: JSONObject) -> Field:
    return Field(_TYPES[text(attribute, "type")], bool(attribute.get("optional")))
