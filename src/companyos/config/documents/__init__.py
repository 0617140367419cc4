"""The shapes of what people write, one model a kind of file.

Pydantic stays in this package and beside it: past `companyos.config` everything is
compiled JSON or a frozen value.
"""

from companyos.config.documents.catalog import CatalogDocument
from companyos.config.documents.checking import ChecksDocument
from companyos.config.documents.flag import FlagDocument
from companyos.config.documents.governing import (
    RegionsDocument,
    SignersDocument,
    StagesDocument,
)
from companyos.config.documents.identity import IdentityDocument
from companyos.config.documents.invariants import InvariantsDocument
from companyos.config.documents.policy import PolicyDocument
from companyos.config.documents.policy_tests import PolicyTestsDocument
from companyos.config.documents.tenant import TenantDocument

__all__ = [
    "CatalogDocument",
    "ChecksDocument",
    "FlagDocument",
    "IdentityDocument",
    "InvariantsDocument",
    "PolicyDocument",
    "PolicyTestsDocument",
    "RegionsDocument",
    "SignersDocument",
    "StagesDocument",
    "TenantDocument",
]
