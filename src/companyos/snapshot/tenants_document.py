"""The compiled tenants document: tenants, regions, identity settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from companyos.digests import JSONObject, JSONValue
from companyos.documents import Fields, identifier_at
from companyos.errors import IntegrityError
from companyos.identity.settings import CacheWindows, IdentitySettings, TokenSettings
from companyos.identity.subjects import Subject, attributes_of
from companyos.tenants import DataClassification, Regions, Tenant

SCHEMA = "companyos.tenants/v1"
STATIC = "static"


@dataclass(frozen=True, slots=True)
class TenantsDocument:
    """What the document says; `records` and `region_table` are as it has them."""

    tenants: Mapping[str, Tenant]
    regions: Regions
    identity: IdentitySettings
    records: JSONObject
    region_table: JSONObject


def read_tenants(document: JSONValue) -> TenantsDocument:
    """Return what a compiled tenants document says.

    Raises:
        IntegrityError: if it is not exactly what a compiled document is.
    """
    keys = frozenset({"schema", "tenants", "regions", "identity"})
    fields = Fields(document, "tenants", keys)
    fields.schema(SCHEMA)
    records, table = fields.table("tenants"), fields.table("regions")
    at = fields.path("tenants")
    tenants = {
        identifier_at(name, at, "key"): _tenant(name, record, at)
        for name, record in records.items()
    }
    for tenant in tenants.values():
        if tenant.data_region not in table:
            raise IntegrityError(
                f"tenant `{tenant.tenant_id}` is in unknown region"
                f" `{tenant.data_region}`"
            )
    return TenantsDocument(
        tenants=MappingProxyType(tenants),
        regions=_regions(fields),
        identity=_identity(fields),
        records=records,
        region_table=table,
    )


_TENANT_KEYS = frozenset({
    "display_name", "env", "policy_bundle_ref", "feature_flags", "data_region",
    "owner_contact", "data_classification",
})  # fmt: skip


def _tenant(tenant_id: str, record: JSONValue, at: str) -> Tenant:
    fields = Fields(record, f"{at}.{tenant_id}", _TENANT_KEYS)
    graded = fields["data_classification"] is not None
    return Tenant(
        tenant_id=tenant_id,
        display_name=fields.text("display_name"),
        env=fields.text("env"),
        policy_bundle_ref=fields.text("policy_bundle_ref"),
        feature_flags=frozenset(fields.texts("feature_flags")),
        data_region=fields.text("data_region"),
        owner_contact=fields.text("owner_contact"),
        data_classification=(
            fields.word("data_classification", DataClassification) if graded else None
        ),
    )


def _regions(fields: Fields) -> Regions:
    at = fields.path("regions")
    by_country: dict[str, str] = {}
    for name, value in fields.table("regions").items():
        region = Fields(value, f"{at}.{name}", frozenset({"countries"}))
        for country in region.texts("countries"):
            if by_country.setdefault(country, name) != name:
                raise IntegrityError(f"country `{country}` is in two regions")
    return Regions(MappingProxyType(by_country))


def _identity(fields: Fields) -> IdentitySettings:
    at = fields.path("identity")
    backend = Fields(
        fields["identity"],
        at,
        frozenset({"backend"}),
        frozenset(fields.table("identity")),
    ).text("backend")
    optional = frozenset({"tokens", STATIC, backend})
    identity = Fields(fields["identity"], at, frozenset({"backend", "cache"}), optional)
    return IdentitySettings(
        backend=backend,
        cache=_cache(identity),
        tokens=_tokens(identity),
        subjects=_subjects(identity),
        options=identity.table(backend) if backend in identity else {},
    )


def _cache(identity: Fields) -> CacheWindows:
    keys = frozenset({
        "ttl_seconds", "negative_seconds", "max_stale_seconds", "timeout_ms",
    })  # fmt: skip
    fields = Fields(identity["cache"], identity.path("cache"), keys)
    return CacheWindows(
        fields.whole("ttl_seconds"),
        fields.whole("negative_seconds"),
        fields.whole("max_stale_seconds"),
        fields.whole("timeout_ms"),
    )


def _tokens(identity: Fields) -> TokenSettings | None:
    if "tokens" not in identity or identity["tokens"] is None:
        return None
    keys = frozenset({"issuer", "audience", "algorithms", "tenants_claim"})
    fields = Fields(identity["tokens"], identity.path("tokens"), keys)
    return TokenSettings(
        fields.text("issuer"),
        fields.text("audience"),
        fields.texts("algorithms"),
        fields.text("tenants_claim"),
    )


def _subjects(identity: Fields) -> tuple[Subject, ...]:
    if STATIC not in identity or identity[STATIC] is None:
        return ()
    at = identity.path(STATIC)
    fields = Fields(identity[STATIC], at, frozenset({"subjects"}))
    subjects = tuple(
        _subject(item, f"{at}.subjects[{number}]")
        for number, item in enumerate(fields.items("subjects"))
    )
    if len({(item.tenant_id, item.subject_id) for item in subjects}) != len(subjects):
        raise IntegrityError(f"`{at}.subjects` lists a subject twice")
    return subjects


def _subject(value: JSONValue, at: str) -> Subject:
    keys = frozenset({"tenant_id", "subject_id", "roles", "attributes"})
    fields = Fields(value, at, keys)
    attributes = attributes_of(fields.table("attributes"))
    if attributes is None:
        at = fields.path("attributes")
        raise IntegrityError(f"`{at}` holds what is no subject's attribute")
    return Subject(
        fields.identifier("tenant_id"),
        fields.text("subject_id"),
        frozenset(fields.texts("roles")),
        MappingProxyType(attributes),
    )
