"""The words that several kinds of document share, with the form each must have.

The models only give shape. That names refer to something is for the checks, which see
all files; so a model never says more than its JSON Schema does.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

from companyos.tenants import ID_PATTERN


def written_as(pattern: str, words: str, examples: list[JsonValue]) -> FieldInfo:
    """Return a field of a form, which is told in words by us and by editors."""
    field: FieldInfo = Field(
        pattern=pattern,
        description=words,
        examples=examples,
        json_schema_extra={"patternErrorMessage": words},
    )
    return field


Id: TypeAlias = Annotated[
    str,
    written_as(
        f"^{ID_PATTERN}$",
        "lower-case letters, digits and hyphens, beginning with a letter, at most 63",
        ["pilot-a"],
    ),
]
RoleName: TypeAlias = Annotated[
    str,
    written_as(
        "^[A-Za-z][A-Za-z0-9_-]{0,62}$",
        "letters, digits, `_` and `-`, beginning with a letter, at most 63",
        ["Analyst"],
    ),
]
RoleOrAny: TypeAlias = Annotated[
    str,
    written_as(
        r"^(?:\*|[A-Za-z][A-Za-z0-9_-]{0,62})$",
        "a role that catalog.yaml declares, or `*` for everybody",
        ["Analyst", "*"],
    ),
]
ActionName: TypeAlias = Annotated[
    str,
    written_as(
        f"^{ID_PATTERN}:[a-z][a-z0-9_-]{{0,62}}$",
        "`type:verb`, the type being one that catalog.yaml declares",
        ["dataset:export"],
    ),
]
ActionOrAll: TypeAlias = Annotated[
    str,
    written_as(
        f"^{ID_PATTERN}:(?:\\*|[a-z][a-z0-9_-]{{0,62}})$",
        "`type:verb`, or `type:*` for every action of the type",
        ["dataset:export", "dataset:*"],
    ),
]
Line: TypeAlias = Annotated[
    str,
    written_as(
        r"^[^\n]{1,500}$",
        "one line of at most 500 characters",
        ["Pilot A"],
    ),
]
Prose: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4000,
        description="text of at most 4000 characters",
        examples=["What people of a pilot tenant may do."],
    ),
]
MailAddress: TypeAlias = Annotated[
    str,
    written_as(
        r"^[^\s@]{1,64}@[^\s@]{1,253}$",
        "a mail address",
        ["owner@pilot-a.example"],
    ),
]
Country: TypeAlias = Annotated[
    str,
    written_as(
        "^[A-Z]{2}$",
        "an ISO 3166-1 alpha-2 code",
        ["DE"],
    ),
]
Percent: TypeAlias = Annotated[
    float,
    Field(
        ge=0,
        le=100,
        description="a percentage from 0 to 100 with at most three decimals",
        examples=[25, 0.5],
        json_schema_extra={
            "multipleOf": 0.001,
            "patternErrorMessage": "a percentage from 0 to 100, three decimals at most",
        },
    ),
]
DateOrTime: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}"
        r"(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2}))?$",
        description="a date, being the last day (UTC), or an RFC 3339 time",
        examples=["2027-01-31", "2027-01-31T08:00:00Z"],
        json_schema_extra={
            "format": "date-or-time",
            "patternErrorMessage": "a date like 2027-01-31, or an RFC 3339 time",
        },
    ),
]
Seconds: TypeAlias = Annotated[
    int,
    Field(
        ge=0,
        le=31_536_000,
        description="whole seconds, at most a year",
        examples=[3600],
    ),
]
HttpUrl: TypeAlias = Annotated[
    str,
    written_as(
        r"^https?://[^\s/?#@]+(?:/[^\s#]*)?$",
        "an http or https address without a user name",
        ["http://127.0.0.1:9101/.well-known/companyos/state"],
    ),
]


class Shape(BaseModel):
    """The settings all shapes share: unknown keys are errors, nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)
