"""Which tenants change, and in which field."""

from __future__ import annotations

from collections.abc import Iterator

from companyos.diff.model import FieldChange, TenantChange
from companyos.digests import JSONValue
from companyos.snapshot import Snapshot
from companyos.tenants import Tenant


def tenant_changes(before: Snapshot, after: Snapshot) -> tuple[TenantChange, ...]:
    """Return the tenants on both sides whose record differs."""
    found: list[TenantChange] = []
    for name in sorted(before.tenants.keys() & after.tenants.keys()):
        if before.tenants[name] != after.tenants[name]:
            fields = tuple(_fields(before.tenants[name], after.tenants[name]))
            found.append(TenantChange(name, fields))
    return tuple(found)


def _fields(one: Tenant, other: Tenant) -> Iterator[FieldChange]:
    flags = (sorted(one.feature_flags), sorted(other.feature_flags))
    pairs: tuple[tuple[str, JSONValue, JSONValue], ...] = (
        ("display_name", one.display_name, other.display_name),
        ("env", one.env, other.env),
        ("policy_bundle_ref", one.policy_bundle_ref, other.policy_bundle_ref),
        ("feature_flags", list(flags[0]), list(flags[1])),
        ("data_region", one.data_region, other.data_region),
        ("owner_contact", one.owner_contact, other.owner_contact),
        ("data_classification", one.data_classification, other.data_classification),
    )
    for name, before, after in pairs:
        if before != after:
            yield FieldChange(name, before, after)
