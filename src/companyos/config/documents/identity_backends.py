"""What each identity backend is told, below its name in `config/identity.yaml`.

What differs between stages, and what is secret, is not written here: an option that
ends in `_env` names the environment variable that holds it.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from companyos.config.documents.shared import Line, Shape, written_as

Variable: TypeAlias = Annotated[
    str,
    written_as(
        "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        "the name of an environment variable",
        ["DIRECTORY_TOKEN"],
    ),
]
BaseUrl: TypeAlias = Annotated[
    str,
    written_as(
        r"^https?://[^\s/?#@]+(?:/[^\s?#]*)?$",
        "an http or https address without user name and query",
        ["https://intelgraph.example/api"],
    ),
]
TenantUrl: TypeAlias = Annotated[
    str,
    written_as(
        r"^https?://[^\s?#@]*\{tenant\}[^\s?#@]*$",
        "an http or https address that holds `{tenant}`, without user name and query",
        ["https://id.example/{tenant}/scim/v2"],
    ),
]
Option: TypeAlias = Annotated[
    bool | int | Line | list[Line],
    Field(
        description="text, a whole number, true or false, or a list of texts",
        examples=["subjects.csv", 3],
    ),
]
OptionName: TypeAlias = Annotated[
    str,
    written_as(
        "^[a-z][a-z0-9_]{0,62}$",
        "lower-case letters, digits and `_`, beginning with a letter",
        ["path"],
    ),
]

EITHER_PATH: JsonDict = {"oneOf": [{"required": ["path"]}, {"required": ["path_env"]}]}
EITHER_URL: JsonDict = {"oneOf": [{"required": ["url"]}, {"required": ["url_env"]}]}


class SqliteBackendDocument(Shape):
    """Subjects in an SQLite file."""

    model_config = ConfigDict(title="SQLite backend", json_schema_extra=EITHER_PATH)

    path: Annotated[
        Line | None,
        Field(
            description="The file; a relative path begins in the repository, for a "
            "service in its working directory.",
            examples=["run/subjects.sqlite"],
        ),
    ] = None
    path_env: Annotated[
        Variable | None,
        Field(
            description="Instead: the variable that holds it.", examples=["SUBJECTS"]
        ),
    ] = None


class PostgresBackendDocument(Shape):
    """Subjects in PostgreSQL; needs the extra `companyos[postgres]`."""

    model_config = ConfigDict(title="PostgreSQL backend")

    dsn_env: Annotated[
        Variable,
        Field(
            description="The variable that holds the connection string.",
            examples=["SUBJECTS_DSN"],
        ),
    ]


class HttpBackendDocument(Shape):
    """Subjects behind our HTTP interface, such as IntelGraph's."""

    model_config = ConfigDict(title="HTTP backend", json_schema_extra=EITHER_URL)

    url: Annotated[
        BaseUrl | None,
        Field(
            description="The base address.", examples=["https://intelgraph.example/api"]
        ),
    ] = None
    url_env: Annotated[
        Variable | None,
        Field(
            description="Instead: the variable that holds it.",
            examples=["DIRECTORY_URL"],
        ),
    ] = None
    token_env: Annotated[
        Variable | None,
        Field(
            description="The variable that holds the bearer token.",
            examples=["DIRECTORY_TOKEN"],
        ),
    ] = None


class ScimBackendDocument(Shape):
    """Subjects of an identity provider that speaks SCIM 2.0."""

    model_config = ConfigDict(title="SCIM backend", json_schema_extra=EITHER_URL)

    url: Annotated[
        TenantUrl | None,
        Field(
            description="The base address of the tenant `{tenant}`.",
            examples=["https://id.example/{tenant}/scim/v2"],
        ),
    ] = None
    url_env: Annotated[
        Variable | None,
        Field(
            description="Instead: the variable that holds it.", examples=["SCIM_URL"]
        ),
    ] = None
    token_env: Annotated[
        Variable | None,
        Field(
            description="The variable that holds the bearer token.",
            examples=["SCIM_TOKEN"],
        ),
    ] = None
    match: Annotated[
        str,
        Field(
            pattern="^(?:externalId|userName)$",
            description="What a subject's id is there: externalId or userName.",
            examples=["externalId"],
            json_schema_extra={"patternErrorMessage": "externalId or userName"},
        ),
    ] = "externalId"


def needs_its_section(backend: str) -> JsonDict:
    """Return the schema's rule that a backend of ours comes with its section."""
    return {
        "if": {"properties": {"backend": {"const": backend}}, "required": ["backend"]},
        "then": {"required": [backend]},
    }


OURS = ("http", "postgres", "scim", "sqlite", "static")
SECTIONS: JsonDict = {"allOf": [needs_its_section(name) for name in OURS]}
RESERVED: JsonDict = {"not": {"enum": ["backend", "cache", "options", "tokens"]}}
"""What no backend can be called, being keys beside its section."""
