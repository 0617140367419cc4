"""What can be spoken about: roles, attributes, actions. `config/catalog.yaml`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.config.documents.shared import (
    ActionName,
    Id,
    MailAddress,
    Prose,
    RoleName,
    Shape,
    written_as,
)

AttributeName: TypeAlias = Annotated[
    str,
    written_as(
        "^[a-z][a-z0-9_]{0,62}$",
        "lower-case letters, digits and `_`, beginning with a letter",
        ["department"],
    ),
]
ResourceAttributeName: TypeAlias = Annotated[
    AttributeName, Field(json_schema_extra={"not": {"enum": ["id", "tenant", "type"]}})
]


class AttributeType(StrEnum):
    """The type of an attribute, for conditions."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRINGS = "strings"


class AttributeDocument(Shape):
    """One attribute that conditions may read."""

    model_config = ConfigDict(title="Attribute")

    type: Annotated[
        AttributeType,
        Field(description="Its type; `strings` is a list.", examples=["string"]),
    ]
    optional: Annotated[
        bool,
        Field(
            description="It may be absent, so conditions must ask `has()` first.",
            examples=[True],
        ),
    ] = False
    description: Annotated[
        Prose | None, Field(description="What it says.", examples=["Team or unit."])
    ] = None


class RoleDocument(Shape):
    """One role, and the roles whose rights it has too."""

    model_config = ConfigDict(title="Role")

    description: Annotated[
        Prose, Field(description="Who has it.", examples=["Works with datasets."])
    ]
    inherits: Annotated[
        list[RoleName],
        Field(
            default_factory=list,
            description="Whatever these roles may do, this one may do.",
            examples=[["Viewer"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]


class ResourceTypeDocument(Shape):
    """One type of thing that is acted on."""

    model_config = ConfigDict(title="Resource type")

    description: Annotated[
        Prose, Field(description="What it is.", examples=["A table of records."])
    ]
    attributes: Annotated[
        dict[ResourceAttributeName, AttributeDocument],
        Field(
            default_factory=dict,
            description="What conditions may read of it.",
            examples=[{"data_region": {"type": "string"}}],
        ),
    ]


class ActionDocument(Shape):
    """One action; its resource type is what stands before the colon."""

    model_config = ConfigDict(title="Action")

    description: Annotated[
        Prose, Field(description="What it does.", examples=["Take a dataset away."])
    ]
    require_fresh: Annotated[
        bool,
        Field(
            description="Nothing remembered about the subject decides about it.",
            examples=[True],
        ),
    ] = False


class ServiceDocument(Shape):
    """One service: the actions it asks about and the flags it reads."""

    model_config = ConfigDict(title="Service")

    actions: Annotated[
        list[ActionName],
        Field(
            default_factory=list,
            description="The actions it asks decisions about.",
            examples=[["dataset:export"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    flags: Annotated[
        list[Id],
        Field(
            default_factory=list,
            description="The flags it reads.",
            examples=[["bulk-export"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]


class OwnerDocument(Shape):
    """One team or person that answers for flags or tenants."""

    model_config = ConfigDict(title="Owner")

    description: Annotated[
        Prose | None, Field(description="Who they are.", examples=["The data team."])
    ] = None
    contacts: Annotated[
        list[MailAddress],
        Field(
            default_factory=list,
            description="The mail addresses at which they are reached.",
            examples=[["data@companyos.example"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]


class CatalogDocument(Shape):
    """Everything that policies and flags may name; it types their conditions."""

    model_config = ConfigDict(title="Catalogue")

    roles: Annotated[
        dict[RoleName, RoleDocument],
        Field(
            description="The roles.",
            examples=[{"Viewer": {"description": "Looks at datasets."}}],
        ),
    ]
    subject: Annotated[
        dict[AttributeName, AttributeDocument],
        Field(
            default_factory=dict,
            description="What the identity service knows of a subject, beyond roles.",
            examples=[{"department": {"type": "string"}}],
        ),
    ]
    context: Annotated[
        dict[AttributeName, AttributeDocument],
        Field(
            default_factory=dict,
            description="What callers may tell a flag; conditions must ask `has()`.",
            examples=[{"app_version": {"type": "integer", "optional": True}}],
        ),
    ]
    resource_types: Annotated[
        dict[Id, ResourceTypeDocument],
        Field(
            description="The types of things that are acted on.",
            examples=[{"settings": {"description": "A tenant's own settings."}}],
        ),
    ]
    actions: Annotated[
        dict[ActionName, ActionDocument],
        Field(
            description="The actions.",
            examples=[{"dataset:read": {"description": "Look into a dataset."}}],
        ),
    ]
    services: Annotated[
        dict[Id, ServiceDocument],
        Field(
            default_factory=dict,
            description="The services that ask.",
            examples=[{"exports": {"actions": ["dataset:export"]}}],
        ),
    ]
    owners: Annotated[
        dict[Id, OwnerDocument] | None,
        Field(
            min_length=1,
            description="Who may answer for a flag or a tenant; where it is given, "
            "nobody else may.",
            examples=[{"team-data": {"contacts": ["data@companyos.example"]}}],
        ),
    ] = None
