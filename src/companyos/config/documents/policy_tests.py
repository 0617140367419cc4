"""The tests of a policy bundle as people write them: `<bundle>.tests.yaml`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.authz.vocabulary import Effect, ReasonCode
from companyos.config.documents.shared import (
    ActionName,
    Id,
    Line,
    Prose,
    RoleName,
    Shape,
    written_as,
)
from companyos.tenants import DataClassification

Name: TypeAlias = Annotated[
    str,
    written_as(
        r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$",
        "letters, digits and `.`, `_`, `@`, `-`, at most 63",
        ["ana"],
    ),
]
Text: TypeAlias = Annotated[
    str, Field(max_length=4096, description="Any text.", examples=["finance"])
]
Given: TypeAlias = bool | int | Text | list[Text]


class TenantFixture(Shape):
    """The tenant that the cases are about. It uses the bundle under test."""

    model_config = ConfigDict(title="Tenant of the tests")

    tenant_id: Annotated[
        Id, Field(description="The tenant's id.", examples=["pilot-a"])
    ] = "tested"
    env: Annotated[
        Id, Field(description="The stage of its traffic.", examples=["pilot"])
    ] = "pilot"
    data_region: Annotated[
        Id, Field(description="A region of regions.yaml.", examples=["eu"])
    ]
    data_classification: Annotated[
        DataClassification | None,
        Field(
            description="How carefully its data must be handled.",
            examples=["confidential"],
        ),
    ] = None


class SubjectFixture(Shape):
    """A made-up subject, called by its key."""

    model_config = ConfigDict(title="Subject of the tests")

    tenant: Annotated[
        Id | None,
        Field(description="Its tenant, where it is another one than the tested."),
    ] = None
    roles: Annotated[
        list[RoleName],
        Field(
            description="The roles it has.",
            examples=[["Analyst"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    attributes: Annotated[
        dict[Name, Given],
        Field(
            default_factory=dict,
            description="What the identity service knows of it.",
            examples=[{"country": "DE", "level": 3}],
        ),
    ]


class ResourceFixture(Shape):
    """A made-up resource, called by its key."""

    model_config = ConfigDict(title="Resource of the tests")

    tenant: Annotated[
        Id | None,
        Field(description="Its tenant, where it is another one than the tested."),
    ] = None
    type: Annotated[
        Id, Field(description="A resource type of catalog.yaml.", examples=["dataset"])
    ]
    attributes: Annotated[
        dict[Name, Given],
        Field(
            default_factory=dict,
            description="The attributes its type declares.",
            examples=[{"data_region": "eu"}],
        ),
    ]


class ExpectedAnswer(Shape):
    """What the decision has to be; what is left out may be anything."""

    model_config = ConfigDict(title="Expected answer")

    effect: Annotated[Effect, Field(description="Allow or deny.", examples=["allow"])]
    code: Annotated[
        ReasonCode | None,
        Field(description="The reason's code.", examples=[next(iter(ReasonCode))]),
    ] = None
    rule: Annotated[Id | None, Field(description="The rule that decides.")] = None


class CaseDocument(Shape):
    """One question and its answer."""

    model_config = ConfigDict(title="Case")

    name: Annotated[
        Line,
        Field(
            description="What the case shows, in words.",
            examples=["an analyst exports data of her own region"],
        ),
    ]
    subject: Annotated[Name, Field(description="Who asks: a key of `subjects`.")]
    action: Annotated[ActionName, Field(description="What is to be done.")]
    resource: Annotated[Name, Field(description="On what: a key of `resources`.")]
    expect: Annotated[
        ExpectedAnswer,
        Field(description="The answer.", examples=[{"effect": "allow"}]),
    ]


class MatrixDocument(Shape):
    """Many questions at once: every subject is on one of the two lists."""

    model_config = ConfigDict(title="Matrix")

    name: Annotated[Line, Field(description="What the matrix shows, in words.")]
    actions: Annotated[
        list[ActionName],
        Field(min_length=1, description="What is to be done.",
              examples=[["dataset:export"]],
              json_schema_extra={"uniqueItems": True}),
    ]  # fmt: skip
    resources: Annotated[
        list[Name],
        Field(min_length=1, description="On what: keys of `resources`.",
              examples=[["eu-dataset"]],
              json_schema_extra={"uniqueItems": True}),
    ]  # fmt: skip
    allow: Annotated[
        list[Name],
        Field(default_factory=list, description="Who may: keys of `subjects`.",
              examples=[["ana"]],
              json_schema_extra={"uniqueItems": True}),
    ]  # fmt: skip
    deny: Annotated[
        list[Name],
        Field(default_factory=list, description="Who may not: keys of `subjects`.",
              examples=[["vic"]],
              json_schema_extra={"uniqueItems": True}),
    ]  # fmt: skip


class PolicyTestsDocument(Shape):
    """Decision tables for one policy bundle; `companyos policy test` asks them."""

    model_config = ConfigDict(title="Policy tests")

    bundle_id: Annotated[
        Id,
        Field(
            description="The bundle under test, as the file is called.",
            examples=["pilot-standard"],
        ),
    ]
    description: Annotated[
        Prose | None, Field(description="What the tests are for.")
    ] = None
    tenant: Annotated[
        TenantFixture,
        Field(description="The tenant of all cases.", examples=[{"data_region": "eu"}]),
    ]
    subjects: Annotated[
        dict[Name, SubjectFixture],
        Field(
            min_length=1,
            description="Who may be asked about.",
            examples=[{"ana": {"roles": ["Analyst"]}}],
        ),
    ]
    resources: Annotated[
        dict[Name, ResourceFixture],
        Field(
            min_length=1,
            description="What may be asked about.",
            examples=[{"eu-dataset": {"type": "dataset"}}],
        ),
    ]
    cases: Annotated[
        list[CaseDocument],
        Field(
            default_factory=list,
            description="Questions with their answers.",
            examples=[
                [
                    {
                        "name": "an analyst exports data of her own region",
                        "subject": "ana",
                        "action": "dataset:export",
                        "resource": "eu-dataset",
                        "expect": {"effect": "allow"},
                    }
                ]
            ],
        ),
    ]
    matrix: Annotated[
        list[MatrixDocument],
        Field(
            default_factory=list,
            description="Many questions of one answer.",
            examples=[
                [
                    {
                        "name": "only analysts export",
                        "actions": ["dataset:export"],
                        "resources": ["eu-dataset"],
                        "allow": ["ana"],
                        "deny": ["vic"],
                    }
                ]
            ],
        ),
    ]
