"""A feature flag as people write it: `config/flags/<flag>.yaml`.

Where a value is expected, a boolean flag takes `true` or `false` and every flag the
name of a variant.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field, JsonValue

from companyos.config.documents.policy import Condition
from companyos.config.documents.shared import (
    DateOrTime,
    Id,
    Line,
    Percent,
    Prose,
    Shape,
    written_as,
)
from companyos.flags.pins import BUCKETINGS
from companyos.flags.vocabulary import FlagKind, FlagState, FlagType, OnExpiry, SplitBy

VariantName: TypeAlias = Annotated[
    str,
    written_as(
        "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$",
        "letters, digits, `_`, `.` and `-`, at most 63",
        ["on"],
    ),
]
Salt: TypeAlias = Annotated[
    str,
    written_as(
        "^[!-~]{1,200}$",
        "letters, digits and signs of ASCII without spaces, at most 200",
        ["bulk-export"],
    ),
]
Answer: TypeAlias = Annotated[
    bool | VariantName,
    Field(
        description="`true` or `false` for a boolean flag, or a variant's name",
        examples=[True, "large"],
    ),
]


class RolloutDocument(Shape):
    """Shares of subjects or of tenants: `percent`, or `weights` that sum to 100."""

    model_config = ConfigDict(
        title="Rollout",
        json_schema_extra={
            "oneOf": [{"required": ["percent"]}, {"required": ["weights"]}]
        },
    )

    by: Annotated[
        SplitBy,
        Field(
            description="Whose key decides. By tenant the count is exact.",
            examples=["subject"],
        ),
    ] = SplitBy.SUBJECT
    percent: Annotated[
        Percent | None,
        Field(
            description="The share that gets `true`; the rest gets the default. For "
            "boolean flags.",
            examples=[25, 0.5],
        ),
    ] = None
    weights: Annotated[
        dict[VariantName, Percent] | None,
        Field(
            min_length=1,
            description="The share of each variant, in percent; together 100.",
            examples=[{"large": 10, "small": 90}],
        ),
    ] = None
    order: Annotated[
        list[VariantName] | None,
        Field(
            min_length=1,
            description="Which shares lie first, for flags that were moved here. "
            "Without it `on` is first and the others follow by name.",
            examples=[["small", "large"]],
        ),
    ] = None


class ServeDocument(Shape):
    """What is given, in the long form: one of `value`, `variant` and `rollout`."""

    model_config = ConfigDict(
        title="Serve",
        json_schema_extra={
            "oneOf": [
                {"required": ["value"]},
                {"required": ["variant"]},
                {"required": ["rollout"]},
            ]
        },
    )

    value: Annotated[
        bool | None, Field(description="For boolean flags.", examples=[True])
    ] = None
    variant: Annotated[
        VariantName | None, Field(description="A variant's name.", examples=["large"])
    ] = None
    rollout: Annotated[
        RolloutDocument | None,
        Field(description="Shares of variants.", examples=[{"percent": 25}]),
    ] = None


class OverrideDocument(ServeDocument):
    """What one tenant gets, until when, and why."""

    model_config = ConfigDict(title="Override")

    until: Annotated[
        DateOrTime | None,
        Field(
            description="The last day, or the time, at which the override holds.",
            examples=["2027-01-31"],
        ),
    ] = None
    reason: Annotated[
        Line | None,
        Field(description="Why this tenant differs.", examples=["CHG-12"]),
    ] = None


class FlagRuleDocument(Shape):
    """Whoever meets the condition is served this; the first match wins."""

    model_config = ConfigDict(title="Flag rule")

    name: Annotated[
        Id,
        Field(
            description="The rule's name, once in the flag.", examples=["finance-first"]
        ),
    ]
    when: Annotated[
        Condition,
        Field(examples=['subject.attributes.department == "finance"']),
    ]
    serve: Annotated[
        Answer | ServeDocument,
        Field(description="What they get.", examples=[True]),
    ]


class PrerequisiteDocument(Shape):
    """Another flag that must answer this first; or else this flag is off."""

    model_config = ConfigDict(
        title="Prerequisite",
        json_schema_extra={
            "oneOf": [{"required": ["value"]}, {"required": ["variant"]}]
        },
    )

    flag: Annotated[Id, Field(description="The other flag.", examples=["ledger-v2"])]
    value: Annotated[
        bool | None,
        Field(description="What a boolean flag must answer.", examples=[True]),
    ] = None
    variant: Annotated[
        VariantName | None,
        Field(description="The variant it must answer.", examples=["large"]),
    ] = None


class FlagDocument(Shape):
    """One flag. Asked in this order: state, prerequisites, override, rules, rollout."""

    model_config = ConfigDict(title="Feature flag")

    flag_id: Annotated[
        Id,
        Field(
            description="The flag's id, as the file is called.",
            examples=["bulk-export"],
        ),
    ]
    description: Annotated[
        Prose,
        Field(
            description="What the flag turns on.",
            examples=["Export many datasets in one job."],
        ),
    ]
    owner: Annotated[
        Id,
        Field(description="The team that answers for it.", examples=["team-data"]),
    ]
    kind: Annotated[
        FlagKind,
        Field(
            description="What it is for, which decides how long it may live.",
            examples=["release"],
        ),
    ] = FlagKind.RELEASE
    type: Annotated[
        FlagType,
        Field(description="The type of all its variants.", examples=["boolean"]),
    ] = FlagType.BOOLEAN
    variants: Annotated[
        dict[VariantName, JsonValue] | None,
        Field(
            min_length=1,
            description="The values by name. A boolean flag has `on` and `off` and "
            "declares none.",
            examples=[{"small": 100, "large": 1000}],
        ),
    ] = None
    default: Annotated[
        Answer,
        Field(
            description="The answer where nothing else decides.",
            examples=[False, "small"],
        ),
    ]
    off: Annotated[
        Answer | None,
        Field(
            description="The answer while killed or while a prerequisite fails; "
            "`false` or the default if not given.",
            examples=[False, "small"],
        ),
    ] = None
    state: Annotated[
        FlagState,
        Field(
            description="A killed flag is off for everybody, overrides included.",
            examples=["active"],
        ),
    ] = FlagState.ACTIVE
    prerequisites: Annotated[
        list[PrerequisiteDocument],
        Field(
            default_factory=list,
            description="Flags that must answer first.",
            examples=[[{"flag": "ledger-v2", "value": True}]],
        ),
    ]
    per_tenant_overrides: Annotated[
        dict[Id, Answer | OverrideDocument],
        Field(
            default_factory=dict,
            description="What single tenants get: a value, or value, variant or "
            "rollout with an end and a reason.",
            examples=[{"pilot-a": True, "pilot-b": False}],
        ),
    ]
    rules: Annotated[
        list[FlagRuleDocument],
        Field(
            default_factory=list,
            description="Who gets what by condition; the first match wins.",
            examples=[
                [
                    {
                        "name": "finance-first",
                        "when": 'subject.attributes.department == "finance"',
                        "serve": True,
                    }
                ]
            ],
        ),
    ]
    rollout: Annotated[
        RolloutDocument | None,
        Field(
            description="Shares among those no rule speaks of.",
            examples=[{"percent": 25, "by": "subject"}],
        ),
    ] = None
    bucketing: Annotated[
        str,
        Field(
            pattern=f"^({'|'.join(BUCKETINGS)})$",
            description="The algorithm that turns a key into a bucket. Others than "
            "flagd/3 are for flags that were moved here, so that nobody moves.",
            examples=["flagd/3"],
        ),
    ] = "flagd/3"
    salt: Annotated[
        Salt | None,
        Field(
            description="What the buckets are mixed with; the flag's id if not given.",
            examples=["bulk-export"],
        ),
    ] = None
    expires_at: Annotated[
        DateOrTime | None,
        Field(
            description="When the flag should be gone: the last day, or a time.",
            examples=["2027-01-31"],
        ),
    ] = None
    on_expiry: Annotated[
        OnExpiry,
        Field(
            description="What an expired flag answers: as before, or its default.",
            examples=["keep"],
        ),
    ] = OnExpiry.KEEP
