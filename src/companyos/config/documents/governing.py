"""What governs releases and tenants: stages, signers, regions, identity.

Each is one file: `config/stages.yaml`, `signers.yaml`, `regions.yaml`, `identity.yaml`.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.config.documents.catalog import AttributeName
from companyos.config.documents.shared import (
    Country,
    HttpUrl,
    Id,
    Line,
    Prose,
    RoleName,
    Seconds,
    Shape,
    written_as,
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
    ] = "main"
    remote: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
            max_length=100,
            description="The Git remote it is pushed to.",
            json_schema_extra={"patternErrorMessage": "the name of a Git remote"},
            examples=["origin"],
        ),
    ] = "origin"


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
    ] = 0
    grace_seconds: Annotated[
        Seconds,
        Field(
            description="How long services may take to load what came here.",
            examples=[120],
        ),
    ] = 120
    services: Annotated[
        dict[Id, HttpUrl],
        Field(
            default_factory=dict,
            description="The address of each service's state.",
            examples=[{"exports": "http://127.0.0.1:9102/.well-known/companyos/state"}],
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


class CacheDocument(Shape):
    """How long answers about subjects may be remembered."""

    model_config = ConfigDict(title="Identity cache")

    ttl_seconds: Annotated[
        Seconds, Field(description="An answer is fresh this long.", examples=[30])
    ] = 30
    negative_seconds: Annotated[
        Seconds,
        Field(description="`there is no such subject` holds this long.", examples=[5]),
    ] = 5
    max_stale_seconds: Annotated[
        Seconds,
        Field(
            description="An old answer serves this long while the backend is down.",
            examples=[300],
        ),
    ] = 300
    timeout_ms: Annotated[
        int,
        Field(
            ge=1,
            le=60_000,
            description="How long to wait for the backend.",
            examples=[250],
        ),
    ] = 250


class SubjectDocument(Shape):
    """One subject of the static backend."""

    model_config = ConfigDict(title="Subject")

    tenant_id: Annotated[
        Id, Field(description="The tenant it belongs to.", examples=["pilot-a"])
    ]
    subject_id: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,127}$",
            description="Its id within the tenant.",
            json_schema_extra={
                "patternErrorMessage": "letters, digits and ._@-, at most 128"
            },
            examples=["ana"],
        ),
    ]
    roles: Annotated[
        list[RoleName],
        Field(
            description="Its roles.",
            examples=[["Analyst"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    attributes: Annotated[
        dict[AttributeName, Line],
        Field(
            default_factory=dict,
            description="What else is known, as catalog.yaml declares.",
            examples=[{"department": "finance", "country": "DE"}],
        ),
    ]


class StaticBackendDocument(Shape):
    """A directory that is written down here; for small teams, demos and tests."""

    model_config = ConfigDict(title="Static backend")

    subjects: Annotated[
        list[SubjectDocument],
        Field(
            description="The subjects.",
            examples=[
                [{"tenant_id": "pilot-a", "subject_id": "ana", "roles": ["Analyst"]}]
            ],
        ),
    ]


class TokensDocument(Shape):
    """Which tokens services accept."""

    model_config = ConfigDict(title="Tokens")

    issuer: Annotated[
        HttpUrl,
        Field(
            description="Who issues them.", examples=["https://id.companyos.example"]
        ),
    ]
    audience: Annotated[
        Line, Field(description="Whom they are for.", examples=["companyos"])
    ]
    algorithms: Annotated[
        list[
            Annotated[
                str,
                Field(
                    pattern="^(?:ES256|ES384|ES512|RS256|PS256|EdDSA)$",
                    description="an asymmetric algorithm: ES256, ES384, ES512, RS256, "
                    "PS256 or EdDSA",
                ),
            ]
        ],
        Field(
            min_length=1,
            description="How they may be signed; only asymmetric algorithms.",
            examples=[["ES256"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    tenants_claim: Annotated[
        Line,
        Field(description="The claim that lists the tenants.", examples=["tenants"]),
    ] = "tenants"


class IdentityDocument(Shape):
    """Where subjects are looked up, and which tokens name them."""

    model_config = ConfigDict(
        title="Identity",
        json_schema_extra={
            "if": {"properties": {"backend": {"const": "static"}}},
            "then": {"required": ["static"]},
        },
    )

    backend: Annotated[
        Id,
        Field(description="The kind of directory.", examples=["static", "postgres"]),
    ]
    cache: Annotated[
        CacheDocument,
        Field(description="How long answers hold.", examples=[{"ttl_seconds": 30}]),
    ] = CacheDocument()
    static: Annotated[
        StaticBackendDocument | None,
        Field(
            description="The subjects of the static backend.",
            examples=[{"subjects": []}],
        ),
    ] = None
    tokens: Annotated[
        TokensDocument,
        Field(
            description="Which tokens are accepted.",
            examples=[
                {
                    "issuer": "https://id.companyos.example",
                    "audience": "companyos",
                    "algorithms": ["ES256"],
                }
            ],
        ),
    ]
