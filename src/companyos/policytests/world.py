"""The desired state that tests of one policy bundle run in."""

from __future__ import annotations

from collections.abc import Mapping

from companyos.digests import JSONObject, JSONValue, canonical_json, strict_json
from companyos.documents import object_at
from companyos.policytests.model import TenantGiven
from companyos.snapshot import Snapshot

EMPTY_FLAGS = canonical_json({"schema": "companyos.flags/v1", "flags": {}})


def bundle_alone(policies: bytes, bundle_id: str) -> JSONObject:
    """Return the policies document of one bundle and all it extends.

    The bundle may be abstract: its tests may ask what it gives to those that extend it.
    """
    document = object_at(strict_json(policies), "policies")
    bundles = object_at(document["bundles"], "policies.bundles")
    kept: dict[str, JSONValue] = {}
    waiting = [bundle_id]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept[name] = bundles[name]
            extends = object_at(bundles[name], name)["extends"]
            waiting += extends if isinstance(extends, list) else ()
    kept[bundle_id] = {**object_at(bundles[bundle_id], bundle_id), "abstract": False}
    return {**document, "bundles": kept}


def world_of(
    policies: JSONObject,
    tenant: TenantGiven,
    bundle_id: str,
    *,
    regions: Mapping[str, JSONValue],
) -> Snapshot:
    """Return a snapshot in which one tenant uses the bundle.

    Raises:
        IntegrityError: these policies could not be loaded by a service either.
    """
    return Snapshot.load(
        tenants=canonical_json(_tenants(tenant, bundle_id, regions)),
        policies=canonical_json(policies),
        flags=EMPTY_FLAGS,
    )


def _tenants(
    tenant: TenantGiven, bundle_id: str, regions: Mapping[str, JSONValue]
) -> JSONObject:
    return {
        "schema": "companyos.tenants/v1",
        "tenants": {
            tenant.tenant_id: {
                "display_name": tenant.tenant_id,
                "env": tenant.env,
                "policy_bundle_ref": bundle_id,
                "feature_flags": [],
                "data_region": tenant.data_region,
                "owner_contact": "owner@companyos.example",
                "data_classification": tenant.data_classification,
            }
        },
        "regions": dict(regions),
        "identity": {
            "backend": "static",
            "cache": {
                "ttl_seconds": 0,
                "negative_seconds": 0,
                "max_stale_seconds": 0,
                "timeout_ms": 1,
            },
            "static": {"subjects": []},
        },
    }
