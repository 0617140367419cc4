"""The catalogue: which roles, attributes, actions and services there are.

It types the conditions, and it is the measure of every value that enters a decision.
"""

from companyos.catalog.attributes import TEXT_LENGTH_MAX, AttributeReader
from companyos.catalog.model import (
    RESOURCE_OWN,
    Attribute,
    AttributeType,
    Catalog,
    Service,
)
from companyos.catalog.principals import Principal, Principals, tenant_variables

__all__ = [
    "RESOURCE_OWN",
    "TEXT_LENGTH_MAX",
    "Attribute",
    "AttributeReader",
    "AttributeType",
    "Catalog",
    "Principal",
    "Principals",
    "Service",
    "tenant_variables",
]
