"""Resources as conditions see them, each checked against what its type declares."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from companyos.authz.model import Resource
from companyos.catalog import (
    RESOURCE_OWN,
    TEXT_LENGTH_MAX,
    Attribute,
    AttributeReader,
)
from companyos.catalog.model import AttributeType
from companyos.conditions import Node, Value
from companyos.conditions.tree import Has, Select, Variable, children

ID_LENGTH_MAX = 256


class Sight(IntEnum):
    """How much of a resource is looked at; each is more than the one before."""

    NOTHING = 0
    ATTRIBUTES = 1
    ALL = 2


class ResourceReader:
    """Reads the resources of one type, for rules that look at so much of them."""

    __slots__ = ("_attributes", "_copies", "_count", "_is_quick", "_names", "_type")

    def __init__(
        self, resource_type: str, declared: Mapping[str, Attribute], *, sight: Sight
    ) -> None:
        self._type = resource_type
        self._attributes = AttributeReader(declared)
        self._names = tuple(declared)
        self._count = len(declared)
        texts = all(item.type is AttributeType.STRING for item in declared.values())
        self._is_quick = texts and sight < Sight.ALL
        self._copies = sight > Sight.NOTHING

    def seen(self, resource: Resource) -> dict[str, Value] | None:
        """Return what `read` does, but None where it says what is wrong.

        What nobody looks at may be missing, or not be kept from changing.
        """
        resource_id, given = resource.resource_id, resource.attributes
        # What most resources have, all attributes and each a short text, is read here:
        # the rest of this module would be half the price of a decision.
        if (
            self._is_quick
            and resource.type == self._type
            and type(resource_id) is str
            and resource_id.isprintable()
            and 0 < len(resource_id) <= ID_LENGTH_MAX
            and type(given) is dict
            and len(given) == self._count
        ):
            # What is looked at is a copy: nobody changes it after it was checked.
            values = given.copy() if self._copies else given
            for name in self._names:
                value = values.get(name)
                if (
                    type(value) is not str
                    or not value.isprintable()
                    or len(value) > TEXT_LENGTH_MAX
                ):
                    break
            else:
                return values
        found = self.read(resource)
        return None if isinstance(found, str) else found

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
        if not isinstance(given, Mapping):
            return "the resource's attributes are not a mapping"
        values: dict[str, Value] = {
            "type": self._type,
            "id": resource_id,
            "tenant": resource.tenant_id,
        }
        if problem := self._attributes.read(given, values):
            return f"resource attribute {problem}"
        # A misspelt optional attribute would be absent without a word, and a rule about
        # it blind.
        if not given.keys() <= values.keys() - RESOURCE_OWN:
            return "the resource has an attribute that its type does not declare"
        return values


def sight_of(node: Node) -> Sight:
    """Return how much of a resource a condition looks at."""
    if isinstance(node, Select | Has) and node.operand == _RESOURCE:
        return Sight.ALL if node.field in RESOURCE_OWN else Sight.ATTRIBUTES
    if node == _RESOURCE:
        return Sight.ALL
    return max(map(sight_of, children(node)), default=Sight.NOTHING)


_RESOURCE = Variable("resource")
