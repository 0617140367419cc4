"""Which checks count how much: `config/checks.yaml`, which need not be there."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.config.documents.shared import Shape, written_as
from companyos.findings import Severity

CheckName: TypeAlias = Annotated[
    str,
    written_as(
        "^[a-z]+/[a-z]+(?:-[a-z]+)*$",
        "the name of a check, like `flag/expired`",
        ["flag/expired"],
    ),
]
CheckOrGroup: TypeAlias = Annotated[
    str,
    written_as(
        r"^[a-z]+(?:/(?:\*|[a-z]+(?:-[a-z]+)*))?$",
        "a check like `flag/expired`, or a group like `flag`",
        ["flag/expired", "flag"],
    ),
]


class ChecksDocument(Shape):
    """How `validate` and `lint` report; what is an error of itself stays one."""

    model_config = ConfigDict(title="Checks")

    severities: Annotated[
        dict[CheckName, Severity],
        Field(
            default_factory=dict,
            description="How much a check matters here, by its name.",
            examples=[{"flag/expired": "error"}],
        ),
    ]
    ignore: Annotated[
        list[CheckOrGroup],
        Field(
            default_factory=list,
            description="Checks, or whole groups, that are not reported.",
            examples=[["policy/allow-without-condition"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    baseline: Annotated[
        str | None,
        Field(
            pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*$",
            max_length=200,
            description="A file of findings that are known and not reported again.",
            json_schema_extra={"patternErrorMessage": "a path in the repository"},
            examples=["checks-baseline.json"],
        ),
    ] = None
