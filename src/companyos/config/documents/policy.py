"""A policy bundle as people write it: `config/policies/<bundle>.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from companyos.authz.vocabulary import Effect
from companyos.config.condition_syntax import SOURCE_MAX
from companyos.config.documents.shared import (
    ActionOrAll,
    Id,
    Line,
    Prose,
    RoleOrAny,
    Shape,
)

Condition = Annotated[
    str,
    Field(
        min_length=1,
        max_length=SOURCE_MAX,
        description="A condition in the profile of CEL.",
        examples=["resource.data_region == subject.region"],
    ),
]


class RuleDocument(Shape):
    """One rule. Deny rules are asked first; where no rule speaks, the answer is no."""

    model_config = ConfigDict(title="Rule")

    id: Annotated[
        Id,
        Field(
            description="The rule's id, once in the bundle and all it extends.",
            examples=["export-stays-in-region"],
        ),
    ]
    effect: Annotated[Effect, Field(description="Allow or deny.", examples=["allow"])]
    roles: Annotated[
        list[RoleOrAny],
        Field(
            min_length=1,
            description="Who the rule is about: any of these roles, or one that "
            'inherits them; `["*"]` is everybody.',
            examples=[["Analyst", "CompanyAdmin"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    actions: Annotated[
        list[ActionOrAll],
        Field(
            min_length=1,
            description="What the rule is about: `type:verb`, or `type:*`.",
            examples=[["dataset:export"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    when: Annotated[
        Condition | None, Field(description="The rule speaks only where this is true.")
    ] = None
    reason: Annotated[
        Line,
        Field(
            description="Why, for whoever meets the decision.",
            examples=["an export may only go to people of the data's own region"],
        ),
    ]


class PolicyDocument(Shape):
    """A named set of rules; a tenant refers to one, a bundle can extend others."""

    model_config = ConfigDict(title="Policy bundle")

    bundle_id: Annotated[
        Id,
        Field(
            description="The bundle's id, as the file is called.",
            examples=["pilot-standard"],
        ),
    ]
    description: Annotated[Prose, Field(description="What the bundle is for.")]
    tags: Annotated[
        list[Id],
        Field(
            default_factory=list,
            description="Words to find the bundle by.",
            examples=[["pii", "export"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    abstract: Annotated[
        bool,
        Field(
            description="Only to be extended; no tenant may refer to it.",
            examples=[True],
        ),
    ] = False
    extends: Annotated[
        list[Id],
        Field(
            default_factory=list,
            description="Bundles whose rules come first.",
            examples=[["base"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    rules: Annotated[
        list[RuleDocument],
        Field(
            default_factory=list,
            description="The rules.",
            examples=[
                [
                    {
                        "id": "everybody-reads",
                        "effect": "allow",
                        "roles": ["Viewer"],
                        "actions": ["dataset:read"],
                        "reason": "datasets are for everybody",
                    }
                ]
            ],
        ),
    ]
