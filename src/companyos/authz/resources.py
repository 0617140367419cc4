"""Resources as conditions see them, each checked against what its type declares."""

from __future__ import annotations

from collections.abc import Mapping

from companyos.authz.model import Resource
from companyos.catalog import (
    RESOURCE_OWN,
    TEXT_LENGTH_MAX,
    Attribute,
    AttributeReader,
)
from companyos.conditions import Value
from companyos.digests import JSONValue

ID_LENGTH_MAX = 256


class ResourceReader:
    """Reads the resources of one type."""

    __slots__ = ("_attributes", "_names", "_type")

    def __init__(self, resource_type: str, declared: Mapping[str, Attribute]) -> None:
        self._type = resource_type
        self._attributes = AttributeReader(declared)
        self._names = tuple(declared)

    def read(self, resource: Resource) -> dict[str, Value] | str:
        """Return what conditions see of a resource, or what is wrong with it."""
        if resource.type != self._type:
            return "the resource is not of the type that the action acts on"
        resource_id, given = resource.resource_id, resource.attributes
        if (
            type(resource_id) is not str
            or not resource_id.isprintable()
            or not 0 < len(resource_id) <= ID_LENGTH_MAX
        ):
            return "the resource's id is not 1 to 256 visible characters"
        values: dict[str, Value] = {
            "type": self._type,
            "id": resource_id,
            "tenant": resource.tenant_id,
        }
        # What most resources have, every attribute and each a short text, is read here:
        # the rest of this module would be half the price of a decision.
        if type(given) is dict and len(given) == len(self._names):
            for name in self._names:
                value = given.get(name)
                if (
                    type(value) is not str
                    or not value.isprintable()
                    or len(value) > TEXT_LENGTH_MAX
                ):
                    break
                values[name] = value
            else:
                return values
        return self._read_carefully(given, values)

    def _read_carefully(
        self, given: Mapping[str, JSONValue], values: dict[str, Value]
    ) -> dict[str, Value] | str:
        if not isinstance(given, Mapping):
            return "the resource's attributes are not a mapping"
        if problem := self._attributes.read(given, values):
            return f"resource attribute {problem}"
        # A misspelt optional attribute would be absent without a word, and a rule about
        # it blind.
        if not given.keys() <= values.keys() - RESOURCE_OWN:
            return "the resource has an attribute that its type does not declare"
        return values
