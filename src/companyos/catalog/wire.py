"""The catalogue's part of the compiled policies document, read strictly.

Names that conditions give a meaning of their own (`resource.id`) cannot be declared as
attributes, or one would hide the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from companyos.catalog.model import (
    RESOURCE_OWN,
    Attribute,
    AttributeType,
    Catalog,
    Service,
)
from companyos.digests import JSONObject, JSONValue
from companyos.documents import Fields
from companyos.errors import IntegrityError


def read_catalog(value: JSONValue, at: str) -> Catalog:
    """Return the catalogue of a compiled policies document.

    Raises:
        IntegrityError: if it has another shape, or names what it does not declare.
    """
    keys = frozenset({"roles", "subject", "resource_types", "actions", "services"})
    fields = Fields(value, at, keys, frozenset({"context"}))
    context = fields.table("context") if "context" in fields else {}
    catalog = Catalog(
        roles=_roles(fields),
        subject=_attributes(fields.table("subject"), fields.path("subject")),
        context=_attributes(context, fields.path("context")),
        resource_types=_resource_types(fields),
        actions=_actions(fields),
        services=_services(fields),
        fresh_actions=_fresh_actions(fields),
    )
    _refuse_undeclared(catalog, at)
    return catalog


def _roles(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    at = fields.path("roles")
    keys = frozenset({"inherits"})
    return MappingProxyType(
        {
            name: Fields(role, f"{at}.{name}", keys).texts("inherits")
            for name, role in fields.table("roles").items()
        }
    )


def _attributes(table: JSONObject, at: str) -> Mapping[str, Attribute]:
    keys = frozenset({"type", "optional"})
    read = {name: Fields(item, f"{at}.{name}", keys) for name, item in table.items()}
    return MappingProxyType(
        {
            name: Attribute(item.word("type", AttributeType), item.truth("optional"))
            for name, item in read.items()
        }
    )


def _resource_types(fields: Fields) -> Mapping[str, Mapping[str, Attribute]]:
    found: dict[str, Mapping[str, Attribute]] = {}
    for name, value in fields.table("resource_types").items():
        at = f"{fields.path('resource_types')}.{name}"
        item = Fields(value, at, frozenset({"attributes"}))
        found[name] = _attributes(item.table("attributes"), item.path("attributes"))
        if hidden := RESOURCE_OWN & found[name].keys():
            raise IntegrityError(f"`{at}` declares `{min(hidden)}`, which is built in")
    return MappingProxyType(found)


def _actions(fields: Fields) -> Mapping[str, str]:
    at = fields.path("actions")
    keys, optional = frozenset({"resource_type"}), frozenset({"require_fresh"})
    return MappingProxyType(
        {
            name: Fields(action, f"{at}.{name}", keys, optional).text("resource_type")
            for name, action in fields.table("actions").items()
        }
    )


def _fresh_actions(fields: Fields) -> frozenset[str]:
    at = fields.path("actions")
    keys, optional = frozenset({"resource_type"}), frozenset({"require_fresh"})
    read = {
        name: Fields(action, f"{at}.{name}", keys, optional)
        for name, action in fields.table("actions").items()
    }
    return frozenset(
        name
        for name, action in read.items()
        if "require_fresh" in action and action.truth("require_fresh")
    )


def _services(fields: Fields) -> Mapping[str, Service]:
    at = fields.path("services")
    keys = frozenset({"actions", "flags"})
    read = {
        name: Fields(service, f"{at}.{name}", keys)
        for name, service in fields.table("services").items()
    }
    return MappingProxyType(
        {
            name: Service(item.texts("actions"), item.texts("flags"))
            for name, item in read.items()
        }
    )


def _refuse_undeclared(catalog: Catalog, at: str) -> None:
    inherited = {role for roles in catalog.roles.values() for role in roles}
    asked = {name for item in catalog.services.values() for name in item.actions}
    for kind, named, declared in (
        ("role", inherited, catalog.roles.keys()),
        ("resource type", set(catalog.actions.values()), catalog.resource_types.keys()),
        ("action", asked, catalog.actions.keys()),
    ):
        if missing := named - declared:
            raise IntegrityError(f"`{at}` names an unknown {kind} `{min(missing)}`")
