"""What the catalogue declares: roles, attributes, actions and services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

RESOURCE_OWN = frozenset({"type", "id", "tenant"})
"""What every resource has besides the attributes its type declares."""


class AttributeType(StrEnum):
    """The types an attribute can have."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRINGS = "strings"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One declared attribute; conditions guard an optional one with `has()`."""

    type: AttributeType
    optional: bool


@dataclass(frozen=True, slots=True)
class Service:
    """What one service asks about."""

    actions: tuple[str, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything declared. `roles` maps a role to those it inherits directly.

    `fresh_actions` are those that nobody may do on a remembered identity.
    """

    roles: Mapping[str, tuple[str, ...]]
    subject: Mapping[str, Attribute]
    context: Mapping[str, Attribute]
    resource_types: Mapping[str, Mapping[str, Attribute]]
    actions: Mapping[str, str]
    services: Mapping[str, Service]
    fresh_actions: frozenset[str] = frozenset()
