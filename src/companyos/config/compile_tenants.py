"""The compiled tenants document: tenants, regions, identity."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from companyos.config.documents import (
    IdentityDocument,
    RegionsDocument,
    TenantDocument,
)
from companyos.config.documents.identity import SubjectDocument, TokensDocument
from companyos.config.load import Loaded
from companyos.digests import JSONValue

SCHEMA = "companyos.tenants/v1"


def tenants_document(loaded: Loaded) -> JSONValue:
    """Return the document for a state without errors."""
    documents = loaded.documents.values()
    return {
        "schema": SCHEMA,
        "tenants": {
            each.tenant_id: _tenant(each)
            for each in documents
            if isinstance(each, TenantDocument)
        },
        "regions": {
            name: {"countries": sorted(region.countries)}
            for each in documents
            if isinstance(each, RegionsDocument)
            for name, region in each.regions.items()
        },
        "identity": next(
            _identity(each) for each in documents if isinstance(each, IdentityDocument)
        ),
    }


def _tenant(document: TenantDocument) -> JSONValue:
    return {
        "display_name": document.display_name,
        "env": document.env,
        "policy_bundle_ref": document.policy_bundle_ref,
        "feature_flags": sorted(document.feature_flags),
        "data_region": document.data_region,
        "owner_contact": document.owner_contact,
        "data_classification": document.data_classification,
    }


def _identity(document: IdentityDocument) -> JSONValue:
    found: dict[str, JSONValue] = {
        "backend": document.backend,
        "cache": dict(document.cache.model_dump()),
        "tokens": _tokens(document.tokens),
    }
    if document.static is not None:
        subjects = [_subject(each) for each in _in_order(document.static.subjects)]
        found["static"] = {"subjects": subjects}
    if document.backend not in found:
        found[document.backend] = _options(document)
    return found


def _options(document: IdentityDocument) -> JSONValue:
    """Return what the backend is told; another one's section is for nobody."""
    sections: Mapping[str, BaseModel | None] = {
        "http": document.http,
        "postgres": document.postgres,
        "scim": document.scim,
        "sqlite": document.sqlite,
    }
    section = sections.get(document.backend)
    if section is not None:
        return dict(section.model_dump(exclude_none=True))
    return {**(document.options or {})}


def _tokens(document: TokensDocument) -> JSONValue:
    return {
        "issuer": document.issuer,
        "audience": document.audience,
        "algorithms": sorted(document.algorithms),
        "tenants_claim": document.tenants_claim,
    }


def _in_order(subjects: list[SubjectDocument]) -> list[SubjectDocument]:
    return sorted(subjects, key=lambda each: (each.tenant_id, each.subject_id))


def _subject(document: SubjectDocument) -> JSONValue:
    return {
        "tenant_id": document.tenant_id,
        "subject_id": document.subject_id,
        "roles": sorted(document.roles),
        "attributes": dict(document.attributes),
    }
