"""What conditions may read, with types, as the catalogue declares it."""

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
from companyos.config.documents import CatalogDocument
from companyos.config.documents.catalog import AttributeDocument, AttributeType

_TYPES: Mapping[AttributeType, Type] = {
    AttributeType.STRING: String(),
    AttributeType.INTEGER: Int(),
    AttributeType.BOOLEAN: Bool(),
    AttributeType.STRINGS: ListType(String()),
}
_TENANT = ObjectType(
    {
        "id": Field(String()),
        "env": Field(String()),
        "data_region": Field(String()),
        "data_classification": Field(String(), optional=True),
    }
)


def rule_environment(catalog: CatalogDocument, types: Sequence[str]) -> Environment:
    """Return the variables of a policy rule whose actions are of these types.

    Of several types, a rule may read what all of them declare alike.
    """
    tables = [
        catalog.resource_types[name].attributes
        for name in types
        if name in catalog.resource_types
    ]
    attributes = {
        name: attribute
        for name, attribute in (tables[0] if tables else {}).items()
        if all(_alike(attribute, table.get(name)) for table in tables)
    }
    own = {name: Field(String()) for name in ("type", "id", "tenant")}
    return {
        "subject": _subject(catalog),
        "resource": ObjectType({**own, **_fields(attributes)}),
        "tenant": _TENANT,
    }


def flag_environment(catalog: CatalogDocument) -> Environment:
    """Return the variables of a flag's rule. Whatever callers tell may be missing."""
    told = {
        name: Field(_TYPES[attribute.type], optional=True)
        for name, attribute in catalog.context.items()
    }
    return {
        "subject": _subject(catalog),
        "tenant": _TENANT,
        "context": ObjectType(told),
    }


def _subject(catalog: CatalogDocument) -> ObjectType:
    country = catalog.subject.get("country")
    return ObjectType(
        {
            "id": Field(String()),
            "tenant": Field(String()),
            "roles": Field(ListType(String())),
            "region": Field(String(), optional=country is None or country.optional),
            "attributes": Field(ObjectType(_fields(catalog.subject))),
        }
    )


def _fields(attributes: Mapping[str, AttributeDocument]) -> dict[str, Field]:
    return {
        name: Field(_TYPES[attribute.type], attribute.optional)
        for name, attribute in attributes.items()
    }


def _alike(one: AttributeDocument, other: AttributeDocument | None) -> bool:
    return (
        other is not None and one.type is other.type and one.optional is other.optional
    )
