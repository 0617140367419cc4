"""Which tenants come, go or change, and what a change does to nobody in particular."""

from __future__ import annotations

from collections.abc import Iterator

from companyos.catalog import Attribute
from companyos.diff.model import FieldChange, TenantChange
from companyos.digests import JSONValue
from companyos.snapshot import Snapshot
from companyos.tenants import Tenant

SHOWN_MAX = 10


def tenant_changes(before: Snapshot, after: Snapshot) -> tuple[TenantChange, ...]:
    """Return the tenants on both sides whose record differs."""
    found: list[TenantChange] = []
    for name in sorted(before.tenants.keys() & after.tenants.keys()):
        if before.tenants[name] != after.tenants[name]:
            fields = tuple(_fields(before.tenants[name], after.tenants[name]))
            found.append(TenantChange(name, fields))
    return tuple(found)


def remarks_on(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Return what changes for everybody, or for people the files alone know."""
    return (*_catalog_remarks(before, after), *_subject_remarks(before, after))


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


def _catalog_remarks(before: Snapshot, after: Snapshot) -> Iterator[str]:
    one, other = before.policies.catalog, after.policies.catalog
    for role in sorted(one.roles.keys() - other.roles.keys()):
        yield f"role `{role}` is no longer declared: who has it is denied everything"
    tables = [("subject", one.subject, other.subject)]
    tables += [
        (f"resource type `{name}`", table, other.resource_types[name])
        for name, table in one.resource_types.items()
        if name in other.resource_types
    ]
    for noun, old, new in tables:
        for name, attribute in new.items():
            if name not in old and not attribute.optional:
                yield f"{noun} now demands `{name}`: who does not send it is denied"
            elif name in old and _has_other_type(old[name], attribute):
                yield f"`{name}` of {noun} has another type: old values are denied"
        for name in sorted(old.keys() - new.keys()):
            if noun != "subject":
                yield f"{noun} no longer has `{name}`: who sends it is denied"


def _has_other_type(one: Attribute, other: Attribute) -> bool:
    return one.type is not other.type


def _subject_remarks(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if before.identity.backend != after.identity.backend:
        yield (
            f"subjects come from `{after.identity.backend}` and no longer from"
            f" `{before.identity.backend}`"
        )
        return
    one, other = (
        {(s.tenant_id, s.subject_id): s for s in each.identity.subjects}
        for each in (before, after)
    )
    found: list[str] = []
    for key in sorted(one.keys() | other.keys()):
        name = f"subject `{key[1]}` of `{key[0]}`"
        if key not in one or key not in other:
            found.append(f"{name} is {'new' if key not in one else 'gone'}")
        elif one[key].roles != other[key].roles:
            roles = [
                ", ".join(sorted(each[key].roles)) or "none" for each in (one, other)
            ]
            found.append(f"{name} had the roles {roles[0]} and has {roles[1]}")
        elif one[key].attributes != other[key].attributes:
            found.append(f"{name} has other attributes")
    yield from found[:SHOWN_MAX]
    if found[SHOWN_MAX:]:
        yield f"{len(found) - SHOWN_MAX} more subjects differ"
