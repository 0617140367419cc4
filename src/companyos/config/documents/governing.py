"""What governs releases and tenants: stages, signers, regions.

Each is one file: `config/stages.yaml`, `signers.yaml`, `regions.yaml`.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.config.documents.freezes import FreezeDocument
from companyos.config.documents.shared import (
    Country,
    HttpUrl,
    Id,
    Line,
    Prose,
    Seconds,
    Shape,
    written_as,
)
from companyos.releases.stages import (
    GRACE_SECONDS,
    LOG_BRANCH,
    LOG_REMOTE,
    SOAK_SECONDS,
)
from companyos.tenants import ID_PATTERN

Grant: TypeAlias = Annotated[
    str,
    written_as(
        f"^[a-z][a-z_-]{{0,62}}(?::(?:\\*|{ID_PATTERN}))?$",
        "`root`, `release`, `promote:<stage>`, `rollback:<stage>`, or "
        "`promote:*` for every stage",
        ["release", "promote:staging", "promote:*"],
    ),
]


class LogDocument(Shape):
    """Where the release log lives."""

    model_config = ConfigDict(title="Release log")

    branch: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*$",
            max_length=200,
            description="The branch the release log is on.",
            json_schema_extra={"patternErrorMessage": "a branch name"},
            examples=["main"],
        ),
    ] = LOG_BRANCH
    remote: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
            max_length=100,
            description="The Git remote it is pushed to.",
            json_schema_extra={"patternErrorMessage": "the name of a Git remote"},
            examples=["origin"],
        ),
    ] = LOG_REMOTE


class StageDocument(Shape):
    """One station on a release's way."""

    model_config = ConfigDict(title="Stage")

    after: Annotated[
        Id | None,
        Field(
            description="The stage a release must have come through.",
            examples=["staging"],
        ),
    ] = None
    soak_seconds: Annotated[
        Seconds,
        Field(description="How long it must have stayed there.", examples=[3600]),
    ] = SOAK_SECONDS
    grace_seconds: Annotated[
        Seconds,
        Field(
            description="How long services may take to load what came here.",
            examples=[120],
        ),
    ] = GRACE_SECONDS
    services: Annotated[
        dict[Id, HttpUrl],
        Field(
            default_factory=dict,
            description="The address of each service's state.",
            examples=[{"exports": "http://127.0.0.1:9102/.well-known/companyos/state"}],
        ),
    ]
    freezes: Annotated[
        list[FreezeDocument],
        Field(
            default_factory=list,
            description="When nothing is promoted to this stage.",
            examples=[[]],
        ),
    ]


class StagesDocument(Shape):
    """The stages in order of promotion."""

    model_config = ConfigDict(title="Stages")

    log: Annotated[
        LogDocument,
        Field(
            description="The branch and the remote of the release log.",
            examples=[{"branch": "main", "remote": "origin"}],
        ),
    ] = LogDocument()
    stages: Annotated[
        dict[Id, StageDocument],
        Field(
            min_length=1,
            description="The stages, first one first.",
            examples=[{"dev": {}, "staging": {"after": "dev"}}],
        ),
    ]


class SignerDocument(Shape):
    """One key, whose it is, and what it may sign."""

    model_config = ConfigDict(title="Signer")

    person: Annotated[
        Line,
        Field(
            description="Who it is; two keys of one person count once.",
            examples=["ana@companyos.example"],
        ),
    ]
    may: Annotated[
        list[Grant],
        Field(
            min_length=1,
            description="What the key may sign.",
            examples=[["release", "promote:*"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    public_key: Annotated[
        str,
        Field(
            pattern="^[A-Za-z0-9+/]{80,2046}={0,2}$",
            description="The public key: base64 of its SubjectPublicKeyInfo, one line.",
            json_schema_extra={
                "patternErrorMessage": "a public key in base64, on one line"
            },
            examples=["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…"],
        ),
    ]


class SignersDocument(Shape):
    """Who may sign what; a change takes effect by a `trust` entry of the log."""

    model_config = ConfigDict(title="Signers")

    root_threshold: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="How many people with `root` must agree to a new table.",
            examples=[1],
        ),
    ]
    signers: Annotated[
        dict[Id, SignerDocument],
        Field(
            min_length=1,
            description="The signers by name.",
            examples=[
                {
                    "owner": {
                        "person": "owner@companyos.example",
                        "may": ["root", "release"],
                        "public_key": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…",
                    }
                }
            ],
        ),
    ]


class RegionDocument(Shape):
    """One data region and the countries in it."""

    model_config = ConfigDict(title="Region")

    description: Annotated[
        Prose | None,
        Field(description="Where that is.", examples=["The European Union."]),
    ] = None
    countries: Annotated[
        list[Country],
        Field(
            min_length=1,
            description="The countries whose people belong to it.",
            examples=[["DE", "FR"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]


class RegionsDocument(Shape):
    """The data regions; a subject's region follows from its country."""

    model_config = ConfigDict(title="Regions")

    regions: Annotated[
        dict[Id, RegionDocument],
        Field(
            min_length=1,
            description="The regions by name.",
            examples=[{"eu": {"countries": ["DE", "FR"]}}],
        ),
    ]
