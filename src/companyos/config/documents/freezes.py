"""Windows in which nothing is promoted to a stage, as `config/stages.yaml` has them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field

from companyos.config.documents.shared import Id, Line, Shape, written_as

LocalTime: TypeAlias = Annotated[
    str,
    written_as(
        r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
        "a time by the zone's clock, like 2026-12-18T18:00:00",
        ["2026-12-18T18:00:00"],
    ),
]


class FreezeDocument(Shape):
    """One window: from its first second up to, and without, its last."""

    model_config = ConfigDict(title="Freeze window")

    name: Annotated[
        Id, Field(description="What the window is called.", examples=["year-end"])
    ]
    zone: Annotated[
        Line,
        Field(
            description="The IANA time zone by whose clock its ends are.",
            examples=["Europe/Berlin"],
        ),
    ]
    start: Annotated[
        LocalTime,
        Field(
            alias="from",
            description="When it begins.",
            examples=["2026-12-18T18:00:00"],
        ),
    ]
    until: Annotated[
        LocalTime,
        Field(description="When it is over.", examples=["2027-01-04T08:00:00"]),
    ]
    reason: Annotated[
        Line, Field(description="Why.", examples=["nobody is there to mend it"])
    ]
