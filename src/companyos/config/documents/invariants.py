"""What must hold whatever the policies say: `config/invariants.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from companyos.config.documents.policy import Condition
from companyos.config.documents.shared import ActionOrAll, Id, Line, RoleName, Shape

_ROLES = Field(
    min_length=1,
    description="The roles; for `only` with those that inherit them.",
    examples=[["CompanyAdmin"]],
    json_schema_extra={"uniqueItems": True},
)
_MAY = Field(
    min_length=1,
    description="The actions: `type:verb`, or `type:*`.",
    examples=[["settings:update"]],
    json_schema_extra={"uniqueItems": True},
)
_WHEN = Field(description="Speak only of cases in which this is true.")


class GrantDocument(Shape):
    """Roles and what they may do."""

    model_config = ConfigDict(title="Grant of an invariant")

    roles: Annotated[list[RoleName], _ROLES]
    may: Annotated[list[ActionOrAll], _MAY]
    when: Annotated[Condition | None, _WHEN] = None


class BanDocument(Shape):
    """What nobody may do, or nobody with one of these roles."""

    model_config = ConfigDict(title="Ban of an invariant")

    roles: Annotated[list[RoleName] | None, _ROLES] = None
    may: Annotated[list[ActionOrAll], _MAY]
    when: Annotated[Condition | None, _WHEN] = None


class InvariantDocument(Shape):
    """One thing that must hold: one of `only`, `never`, `always` and `reachable`."""

    model_config = ConfigDict(
        title="Invariant",
        json_schema_extra={
            "oneOf": [
                {"required": ["only"]},
                {"required": ["never"]},
                {"required": ["always"]},
                {"required": ["reachable"]},
            ]
        },
    )

    id: Annotated[
        Id,
        Field(description="Its id, once in the file.", examples=["exports-stay-home"]),
    ]
    reason: Annotated[
        Line,
        Field(
            description="Why it must hold, for whoever breaks it.",
            examples=["settings change how everybody of the tenant works"],
        ),
    ]
    only: Annotated[
        GrantDocument | None,
        Field(
            description="Nobody without one of these roles may.",
            examples=[{"roles": ["CompanyAdmin"], "may": ["settings:update"]}],
        ),
    ] = None
    never: Annotated[
        BanDocument | None,
        Field(
            description="Nobody may; with `roles`, nobody with just one of these.",
            examples=[
                {
                    "may": ["dataset:export"],
                    "when": "resource.data_region != subject.region",
                }
            ],
        ),
    ] = None
    always: Annotated[
        GrantDocument | None,
        Field(
            description="Who has just one of these roles may, in every case.",
            examples=[{"roles": ["Viewer"], "may": ["settings:read"]}],
        ),
    ] = None
    reachable: Annotated[
        GrantDocument | None,
        Field(
            description="Who has just one of these roles may, in at least one case.",
            examples=[{"roles": ["CompanyAdmin"], "may": ["settings:update"]}],
        ),
    ] = None
    tenants: Annotated[
        list[Id] | None,
        Field(
            min_length=1,
            description="The tenants it is about; without it, all.",
            examples=[["pilot-a"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ] = None


class InvariantsDocument(Shape):
    """What `companyos validate` proves about the policies of every tenant."""

    model_config = ConfigDict(title="Invariants")

    invariants: Annotated[
        list[InvariantDocument],
        Field(
            min_length=1,
            description="The invariants.",
            examples=[
                [
                    {
                        "id": "only-admins-update-settings",
                        "reason": "settings change how everybody works",
                        "only": {
                            "roles": ["CompanyAdmin"],
                            "may": ["settings:update"],
                        },
                    }
                ]
            ],
        ),
    ]
