"""Where subjects are looked up, and which tokens name them: `config/identity.yaml`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.config.documents.catalog import AttributeName
from companyos.config.documents.identity_backends import (
    RESERVED,
    SECTIONS,
    HttpBackendDocument,
    Option,
    OptionName,
    PostgresBackendDocument,
    ScimBackendDocument,
    SqliteBackendDocument,
)
from companyos.config.documents.shared import (
    HttpUrl,
    Id,
    Line,
    RoleName,
    Seconds,
    Shape,
)
from companyos.digests import INTEGER_MAX

Number: TypeAlias = Annotated[int, Field(ge=-INTEGER_MAX, le=INTEGER_MAX)]
Given: TypeAlias = bool | Number | Line | list[Line]


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
        dict[AttributeName, Given],
        Field(
            default_factory=dict,
            description="What else is known, of the types catalog.yaml declares.",
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

    model_config = ConfigDict(title="Identity", json_schema_extra=SECTIONS)

    backend: Annotated[
        Id,
        Field(
            description="The kind of directory: static, sqlite, postgres, http, scim, "
            "or one that an installed package offers.",
            examples=["static", "postgres"],
            json_schema_extra=RESERVED,
        ),
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
    sqlite: Annotated[
        SqliteBackendDocument | None,
        Field(
            description="What the sqlite backend needs.",
            examples=[{"path": "run/subjects.sqlite"}],
        ),
    ] = None
    postgres: Annotated[
        PostgresBackendDocument | None,
        Field(
            description="What the postgres backend needs.",
            examples=[{"dsn_env": "SUBJECTS_DSN"}],
        ),
    ] = None
    http: Annotated[
        HttpBackendDocument | None,
        Field(
            description="What the http backend needs.",
            examples=[{"url": "https://intelgraph.example/api"}],
        ),
    ] = None
    scim: Annotated[
        ScimBackendDocument | None,
        Field(
            description="What the scim backend needs.",
            examples=[{"url": "https://id.example/{tenant}/scim/v2"}],
        ),
    ] = None
    options: Annotated[
        dict[OptionName, Option] | None,
        Field(
            description="What the backend of an installed package needs.",
            examples=[{"path": "subjects.csv"}],
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
