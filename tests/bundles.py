"""Bundle directories for tests of services, written from the wire format by hand.

The three tenants answer differently: `pilot-a` (eu) has both bulk features, `pilot-b`
(us) takes part in one and has it switched off, `internal` has a policy of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from companyos.digests import (
    JSONObject,
    JSONValue,
    canonical_json,
    digest_of,
    digest_of_value,
)

ISSUER = "https://id.companyos.example"
AUDIENCE = "companyos"

TEXT: JSONObject = {"type": "string", "optional": False}
ACTIONS = ("dataset:export", "dataset:read", "settings:read", "settings:update")


def subject(
    tenant_id: str, subject_id: str, role: str, country: str, *, employment: str = ""
) -> JSONObject:
    """Return one record of the static directory."""
    return {
        "tenant_id": tenant_id,
        "subject_id": subject_id,
        "roles": [role],
        "attributes": {
            "department": "finance",
            "country": country,
            "employment_type": employment or "employee",
        },
    }


SUBJECTS: list[JSONValue] = [
    subject("internal", "ivy", "CompanyAdmin", "DE"),
    subject("pilot-a", "adam", "CompanyAdmin", "DE"),
    subject("pilot-a", "ana", "Analyst", "DE"),
    subject("pilot-a", "carl", "Analyst", "DE", employment="contractor"),
    subject("pilot-a", "una", "Analyst", "US"),
    subject("pilot-a", "vic", "Viewer", "DE"),
    subject("pilot-b", "bea", "CompanyAdmin", "US"),
    subject("pilot-b", "bob", "Analyst", "US"),
]


def tenant(env: str, bundle: str, region: str, flags: list[JSONValue]) -> JSONObject:
    """Return one tenant's record."""
    return {
        "display_name": "A tenant",
        "env": env,
        "policy_bundle_ref": bundle,
        "feature_flags": flags,
        "data_region": region,
        "owner_contact": "owner@companyos.example",
        "data_classification": None,
    }


def tenants_document() -> JSONObject:
    """Return the tenants of the tests."""
    both: list[JSONValue] = ["bulk-export", "settings-bulk-update"]
    return {
        "schema": "companyos.tenants/v1",
        "tenants": {
            "internal": tenant("dev", "internal-only", "eu", []),
            "pilot-a": tenant("pilot", "pilot-standard", "eu", both),
            "pilot-b": tenant("pilot", "pilot-standard", "us", ["bulk-export"]),
        },
        "regions": {"eu": {"countries": ["DE", "FR"]}, "us": {"countries": ["US"]}},
        "identity": {
            "backend": "static",
            "cache": {
                "ttl_seconds": 30,
                "negative_seconds": 5,
                "max_stale_seconds": 300,
                "timeout_ms": 250,
            },
            "static": {"subjects": SUBJECTS},
            "tokens": {
                "issuer": ISSUER,
                "audience": AUDIENCE,
                "algorithms": ["ES256"],
                "tenants_claim": "tenants",
            },
        },
    }


def rule(
    rule_id: str,
    roles: list[JSONValue],
    actions: list[JSONValue],
    *,
    effect: str = "allow",
    when: JSONValue = None,
    reason: str = "",
) -> JSONObject:
    """Return one rule of a compiled policy bundle."""
    return {
        "id": rule_id,
        "effect": effect,
        "roles": roles,
        "actions": actions,
        "when": when,
        "source": None if when is None else "as compiled",
        "reason": reason or "a rule of the tests",
        "file": "config/policies/tests.yaml",
        "line": 8,
    }


def policies_document() -> JSONObject:
    """Return who may do what."""
    own_region: JSONValue = [
        "==",
        ["get", ["var", "resource"], "data_region"],
        ["get", ["var", "subject"], "region"],
    ]
    employment: JSONValue = [
        "get",
        ["get", ["var", "subject"], "attributes"],
        "employment_type",
    ]
    base = rule(
        "everyone-reads",
        ["Analyst", "CompanyAdmin", "Viewer"],
        ["dataset:read", "settings:read"],
    )
    export = rule(
        "export-stays-in-region",
        ["Analyst", "CompanyAdmin"],
        ["dataset:export"],
        when=own_region,
    )
    manage = rule("admins-manage", ["CompanyAdmin"], ["settings:update"])
    contractors = rule(
        "no-export-by-contractors",
        ["*"],
        ["dataset:export"],
        effect="deny",
        when=["==", employment, ["lit", "contractor"]],
        reason="contractors do not take data out",
    )
    return {
        "schema": "companyos.policies/v1",
        "catalog": {
            "roles": {
                "Analyst": {"inherits": ["Viewer"]},
                "CompanyAdmin": {"inherits": ["Analyst"]},
                "Viewer": {"inherits": []},
            },
            "subject": {
                "country": TEXT,
                "department": TEXT,
                "employment_type": TEXT,
            },
            "context": {},
            "resource_types": {
                "dataset": {
                    "attributes": {"classification": TEXT, "data_region": TEXT}
                },
                "settings": {"attributes": {}},
            },
            "actions": {
                name: {"resource_type": name.partition(":")[0]} for name in ACTIONS
            },
            "services": {
                "exports": {
                    "actions": ["dataset:export", "dataset:read"],
                    "flags": ["bulk-export", "exports-open"],
                },
                "settings": {
                    "actions": ["settings:read", "settings:update"],
                    "flags": ["settings-bulk-update"],
                },
            },
        },
        "bundles": {
            "base": {"tags": [], "abstract": True, "extends": [], "rules": [base]},
            "internal-only": {
                "tags": [],
                "abstract": False,
                "extends": ["base"],
                "rules": [],
            },
            "pilot-standard": {
                "tags": ["export"],
                "abstract": False,
                "extends": ["base"],
                "rules": [export, manage, contractors],
            },
        },
    }


def boolean_flag(
    name: str, overrides: Mapping[str, bool], *, default: str = "off", state: str = ""
) -> JSONObject:
    """Return a boolean flag that answers its default, but for these tenants."""
    return {
        "type": "boolean",
        "kind": "release",
        "state": state or "active",
        "variants": {"off": False, "on": True},
        "default": default,
        "off": "off",
        "owner": "team-data",
        "prerequisites": [],
        "overrides": {
            tenant_id: {
                "serve": {"variant": "on" if value else "off"},
                "until": None,
                "reason": "",
            }
            for tenant_id, value in overrides.items()
        },
        "rules": [],
        "rollout": None,
        "bucketing": "flagd/3",
        "salt": name,
        "expires_at": None,
        "on_expiry": "keep",
        "file": f"config/flags/{name}.yaml",
        "line": 2,
    }


def flags_document(
    *, bulk_in_pilot_b: bool = False, exports: str = "active"
) -> JSONObject:
    """Return the flags that the services guard risky behaviour with."""
    bulk = {"pilot-a": True, "pilot-b": bulk_in_pilot_b}
    return {
        "schema": "companyos.flags/v1",
        "flags": {
            "bulk-export": boolean_flag("bulk-export", bulk),
            "exports-open": boolean_flag(
                "exports-open", {}, default="on", state=exports
            ),
            "settings-bulk-update": boolean_flag(
                "settings-bulk-update", {"pilot-a": True}
            ),
        },
    }


def write_version(
    directory: Path,
    *,
    tenants: JSONObject | None = None,
    policies: JSONObject | None = None,
    flags: JSONObject | None = None,
    entry: int = 6,
) -> Path:
    """Write one version beside the others, not yet in force, and return its path."""
    contents = {
        "tenants": canonical_json(tenants or tenants_document()),
        "policies": canonical_json(policies or policies_document()),
        "flags": canonical_json(flags or flags_document()),
    }
    digests = {name: digest_of(data) for name, data in contents.items()}
    root = digest_of_value(digests)
    version = directory / "versions" / root.removeprefix("sha256:")
    version.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (version / f"{name}.json").write_bytes(data)
    (version / "manifest.json").write_bytes(
        canonical_json(
            {
                "schema": "companyos.bundle/v1",
                "stage": "pilot",
                "root": root,
                "log": {
                    "origin": "companyos.example/tests",
                    "size": entry + 1,
                    "root": "ab" * 32,
                    "entry": entry,
                },
                "components": {
                    name: {"release": "1.0.0", "digest": digest}
                    for name, digest in digests.items()
                },
                "artifacts": {"release": "1.0.0", "digests": {}},
            }
        )
    )
    return version


def put_in_force(directory: Path, version: Path) -> None:
    """Let `current` name this version, as one atomic step."""
    link = directory / "current.new"
    link.symlink_to(version.relative_to(directory))
    os.replace(link, directory / "current")  # noqa: PTH105 - the step that is meant


def root_of(version: Path) -> str:
    """Return the root digest of a version that `write_version` wrote."""
    return f"sha256:{version.name}"
