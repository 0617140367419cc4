"""A tenant as people write it: `config/tenants/<tenant>.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from companyos.config.documents.shared import Id, Line, Shape
from companyos.tenants import DataClassification


class TenantDocument(Shape):
    """One customer: where its traffic runs, what its people may do, which flags."""

    model_config = ConfigDict(title="Tenant")

    tenant_id: Annotated[
        Id, Field(description="The tenant's id, as the file is called.")
    ]
    display_name: Annotated[
        Line, Field(description="The name people see.", examples=["Pilot A"])
    ]
    env: Annotated[
        Id,
        Field(
            description="The stage that carries the tenant's live traffic.",
            examples=["pilot"],
        ),
    ]
    policy_bundle_ref: Annotated[
        Id,
        Field(
            description="The policy bundle that decides for this tenant.",
            examples=["pilot-standard"],
        ),
    ]
    feature_flags: Annotated[
        list[Id],
        Field(
            default_factory=list,
            description="The flags the tenant takes part in; any other flag answers "
            "its default.",
            examples=[["bulk-export"]],
            json_schema_extra={"uniqueItems": True},
        ),
    ]
    data_region: Annotated[
        Id,
        Field(
            description="Where the tenant's data lives, as regions.yaml declares.",
            examples=["eu"],
        ),
    ]
    owner_contact: Annotated[
        str,
        Field(
            pattern=r"^[^\s@]{1,64}@[^\s@]{1,253}$",
            description="The mail address of who answers for the tenant.",
            json_schema_extra={"patternErrorMessage": "a mail address"},
            examples=["owner@pilot-a.example"],
        ),
    ]
    data_classification: Annotated[
        DataClassification | None,
        Field(
            description="How carefully the tenant's data must be handled.",
            examples=["confidential"],
        ),
    ] = None
