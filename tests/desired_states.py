"""Small desired states for tests of decisions, written from the wire format by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

TEXT: JSONObject = {"type": "string", "optional": False}
OPTIONAL_TEXT: JSONObject = {"type": "string", "optional": True}

CATALOG: JSONObject = {
    "roles": {
        "Analyst": {"inherits": ["Viewer"]},
        "CompanyAdmin": {"inherits": []},
        "Viewer": {"inherits": []},
    },
    "subject": {
        "country": OPTIONAL_TEXT,
        "department": OPTIONAL_TEXT,
        "employment_type": OPTIONAL_TEXT,
        "level": {"type": "integer", "optional": True},
        "trusted": {"type": "boolean", "optional": True},
    },
    "context": {
        "plan": OPTIONAL_TEXT,
        "seats": {"type": "integer", "optional": True},
    },
    "resource_types": {
        "dataset": {
            "attributes": {
                "data_region": TEXT,
                "labels": {"type": "strings", "optional": True},
                "legal_hold": {"type": "boolean", "optional": True},
                "rows": {"type": "integer", "optional": True},
            }
        },
        "settings": {"attributes": {}},
    },
    "actions": {
        "dataset:export": {"resource_type": "dataset"},
        "dataset:read": {"resource_type": "dataset"},
        "settings:update": {"resource_type": "settings"},
    },
    "services": {"exports": {"actions": ["dataset:export"], "flags": []}},
}

SUBJECT: JSONValue = ["var", "subject"]
RESOURCE: JSONValue = ["var", "resource"]
TENANT: JSONValue = ["var", "tenant"]
ATTRIBUTES: JSONValue = ["get", SUBJECT, "attributes"]
DEPARTMENT: JSONValue = ["get", ATTRIBUTES, "department"]
IN_REGION: JSONValue = [
    "==", ["get", RESOURCE, "data_region"], ["get", SUBJECT, "region"],
]  # fmt: skip


def equals(left: JSONValue, value: JSONValue) -> JSONValue:
    """Return the condition that `left` is this constant."""
    return ["==", left, ["lit", value]]


def tenant(
    *,
    bundle: str = "standard",
    flags: Sequence[str] = (),
    region: str = "eu",
    classification: str | None = None,
) -> JSONObject:
    """Return one tenant's record."""
    return {
        "display_name": "A tenant",
        "env": "pilot",
        "policy_bundle_ref": bundle,
        "feature_flags": sorted(flags),
        "data_region": region,
        "owner_contact": "owner@companyos.example",
        "data_classification": classification,
    }


def rule(
    rule_id: str,
    effect: str = "allow",
    *,
    roles: Sequence[str] = ("Analyst",),
    actions: Sequence[str] = ("dataset:export",),
    when: JSONValue = None,
) -> JSONObject:
    """Return one rule of a policy bundle."""
    return {
        "id": rule_id,
        "effect": effect,
        "roles": list(roles),
        "actions": list(actions),
        "when": when,
        "source": None,
        "reason": f"why {rule_id} is there",
        "file": "config/policies/standard.yaml",
        "line": 8,
    }


def bundle(
    *rules: JSONValue, extends: Sequence[str] = (), abstract: bool = False
) -> JSONObject:
    """Return one policy bundle."""
    return {
        "tags": [],
        "abstract": abstract,
        "extends": list(extends),
        "rules": list(rules),
    }


def flag(**changes: JSONValue) -> JSONObject:
    """Return a boolean flag that is off, with these fields instead."""
    record: dict[str, JSONValue] = {
        "type": "boolean",
        "kind": "release",
        "state": "active",
        "variants": {"off": False, "on": True},
        "default": "off",
        "off": "off",
        "owner": "team-data",
        "prerequisites": [],
        "overrides": {},
        "rules": [],
        "rollout": None,
        "bucketing": "flagd/3",
        "salt": "salt",
        "expires_at": None,
        "on_expiry": "keep",
        "file": "config/flags/f.yaml",
        "line": 2,
    }
    return {**record, **changes}


def share(weight: int, by: str = "subject") -> JSONObject:
    """Return a rollout of a boolean flag to so many of 100,000."""
    return {"by": by, "weights": [["on", weight], ["off", 100_000 - weight]]}


def served(variant: str) -> JSONObject:
    """Return what serves one variant."""
    return {"variant": variant}


def override(variant: str, *, until: str | None = None, reason: str = "") -> JSONObject:
    """Return one tenant's override."""
    return {"serve": served(variant), "until": until, "reason": reason}


def tenants_document(
    tenants: Mapping[str, JSONValue] | None = None,
    *,
    subjects: Sequence[JSONValue] = (),
) -> JSONObject:
    """Return a tenants document; two tenants where none are given."""
    return {
        "schema": "companyos.tenants/v1",
        "tenants": tenants or {"pilot-a": tenant(), "pilot-b": tenant(region="us")},
        "regions": {"eu": {"countries": ["DE", "FR"]}, "us": {"countries": ["US"]}},
        "identity": {
            "backend": "static",
            "cache": {
                "ttl_seconds": 30,
                "negative_seconds": 5,
                "max_stale_seconds": 300,
                "timeout_ms": 250,
            },
            "static": {"subjects": list(subjects)},
            "tokens": {
                "issuer": "https://id.companyos.example",
                "audience": "companyos",
                "algorithms": ["ES256"],
                "tenants_claim": "tenants",
            },
        },
    }


def policies_document(
    bundles: Mapping[str, JSONValue] | None = None, *, catalog: JSONObject = CATALOG
) -> JSONObject:
    """Return a policies document; where no bundle is given nothing is allowed."""
    return {
        "schema": "companyos.policies/v1",
        "catalog": catalog,
        "bundles": bundles or {"standard": bundle()},
    }


def flags_document(flags: Mapping[str, JSONValue] | None = None) -> JSONObject:
    """Return a flags document."""
    return {"schema": "companyos.flags/v1", "flags": flags or {}}


def snapshot(
    *,
    tenants: Mapping[str, JSONValue] | None = None,
    bundles: Mapping[str, JSONValue] | None = None,
    flags: Mapping[str, JSONValue] | None = None,
) -> Snapshot:
    """Return the snapshot of these parts."""
    return Snapshot.load(
        tenants=canonical_json(tenants_document(tenants)),
        policies=canonical_json(policies_document(bundles)),
        flags=canonical_json(flags_document(flags)),
    )


def with_rules(*rules: JSONValue) -> Snapshot:
    """Return a snapshot in which both tenants have one bundle of these rules."""
    return snapshot(bundles={"standard": bundle(*rules)})


def subject(
    subject_id: str = "ana",
    *roles: str,
    tenant_id: str = "pilot-a",
    **attributes: str,
) -> Subject:
    """Return a subject; an analyst in Germany unless said otherwise."""
    return Subject(
        tenant_id,
        subject_id,
        frozenset(roles or ("Analyst",)),
        attributes or {"country": "DE"},
    )
