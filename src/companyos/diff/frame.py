"""What conditions see on each side of a comparison, for one tenant and one action.

A path is fixed (the tenant's own values), follows from another (a subject's region from
its country), or is free: a subject or a resource may have any value there. Both sides
are asked about the same subject and resource, as each side's catalogue sees them: what
it does not declare, a role included, is left out there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from companyos.catalog import Attribute, AttributeType, Catalog
from companyos.conditions import Value
from companyos.diff.terms import COUNTRY, REGION, ROLES, Path
from companyos.digests import JSONValue
from companyos.tenants import Regions


class Absent:
    """The attribute is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()
Given: TypeAlias = Value | Absent
Values: TypeAlias = Mapping[Path, Given]

_SUBJECT_ID: Path = ("subject", "id")
_RESOURCE_ID: Path = ("resource", "id")
KEYS: Mapping[Path, str] = {_SUBJECT_ID: "somebody", _RESOURCE_ID: "something"}
"""Ids that stand for any, where no condition asks for them."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its catalogue and regions, and the tenant as it has it."""

    catalog: Catalog
    regions: Regions
    tenant: Mapping[str, Value]
    resource_type: str | None = None

    def declared(self, path: Path) -> Attribute | None:
        """Return how a free path is declared here, if it is."""
        match path:
            case ("subject", "attributes", name):
                return self.catalog.subject.get(name)
            case ("resource", name) if self.resource_type is not None:
                types = self.catalog.resource_types
                return types.get(self.resource_type, {}).get(name)
            case ("context", name):
                found = self.catalog.context.get(name)
                return found and Attribute(found.type, optional=True)
            case _:
                return None

    def declared_roles(self, held: Given) -> tuple[str, ...]:
        """Return which of the roles that a subject has there are here."""
        names = held if isinstance(held, tuple) else ()
        return tuple(name for name in names if name in self.catalog.roles)

    def region_of(self, values: Values) -> str | None:
        """Return the region of a subject with these values."""
        country = values.get(COUNTRY)
        return self.regions.of(country) if isinstance(country, str) else None


@dataclass(frozen=True, slots=True)
class Frame:
    """Both sides, or only one. Roles are either given with a space, or free."""

    sides: Sequence[Side]
    roles_are_free: bool = False

    def fixed(self, path: Path) -> tuple[Value, ...] | None:
        """Return a fixed path's value on each side, None where it is not fixed."""
        match path:
            case ("tenant", name):
                found = [side.tenant.get(name) for side in self.sides]
                return tuple(value for value in found if value is not None)
            case ("subject", "tenant") | ("resource", "tenant"):
                return tuple(side.tenant["id"] for side in self.sides)
            case ("resource", "type"):
                return tuple(side.resource_type or "" for side in self.sides)
            case _:
                return None

    def free(self, path: Path) -> Path | None:
        """Return the free path behind a path, None where there is none."""
        if path == REGION:
            return COUNTRY if self.attribute(COUNTRY) else None
        if path == ROLES:
            return path if self.roles_are_free else None
        if self.fixed(path) is not None:
            return None
        return path if path in KEYS or self.attribute(path) else None

    def attribute(self, path: Path) -> Attribute | None:
        """Return how a path is declared; optional if it is so on any side."""
        if path == ROLES:
            return Attribute(AttributeType.STRINGS, optional=False)
        found = [item for side in self.sides if (item := side.declared(path))]
        if not found:
            return (
                Attribute(AttributeType.STRING, optional=False)
                if path in KEYS
                else None
            )
        return Attribute(found[0].type, any(item.optional for item in found))

    def role_names(self) -> list[str]:
        """Return every role that a side declares."""
        return sorted({name for side in self.sides for name in side.catalog.roles})

    def changes_type(self, path: Path) -> bool:
        """Return whether the sides declare different types."""
        return len({i.type for side in self.sides if (i := side.declared(path))}) > 1

    def variables(
        self, number: int, values: Values, roles: tuple[str, ...]
    ) -> Mapping[str, Value]:
        """Return what conditions see of these values on one side."""
        side = self.sides[number]
        tables: dict[str, dict[str, Value]] = {"attributes": {}, "resource": {}}
        context: dict[str, Value] = {}
        for path, value in values.items():
            if not isinstance(value, Absent) and side.declared(path) is not None:
                table = tables.get(path[-2], context)
                table[path[-1]] = value
        tenant_id = side.tenant["id"]
        subject: dict[str, Value] = {
            "id": _key(values, _SUBJECT_ID),
            "tenant": tenant_id,
            "roles": side.declared_roles(values.get(ROLES, roles)),
            "attributes": tables["attributes"],
        }
        region = side.region_of(values)
        if region is not None and side.declared(COUNTRY) is not None:
            subject["region"] = region
        resource = {
            "type": side.resource_type or "",
            "id": _key(values, _RESOURCE_ID),
            "tenant": tenant_id,
            **tables["resource"],
        }
        return {
            "subject": subject,
            "resource": resource,
            "tenant": side.tenant,
            "context": context,
        }


def shown_values(values: Values) -> Mapping[str, JSONValue]:
    """Return an example's values by their names; None is an absent attribute."""
    found: dict[str, JSONValue] = {}
    for path, value in sorted(values.items()):
        if isinstance(value, tuple):
            found[".".join(path)] = [str(item) for item in value]
        elif isinstance(value, str | int):
            found[".".join(path)] = value
        elif isinstance(value, Absent):
            found[".".join(path)] = None
    return found


def _key(values: Values, path: Path) -> Value:
    value = values.get(path, KEYS[path])
    return KEYS[path] if isinstance(value, Absent) else value
