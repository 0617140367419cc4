"""Desired states for the benchmarks, always the same for the same size."""

from __future__ import annotations

from collections.abc import Sequence

from companyos.authz import Request, Resource
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

ACTIONS_OF_A_TYPE = ("read", "update", "export", "delete")
COUNTRIES = {"eu": ("DE", "FR"), "us": ("US", "CA")}
DEPARTMENTS = ("finance", "legal", "sales")
EMPLOYMENTS = ("employee", "employee", "contractor")
TEXT: JSONObject = {"type": "string", "optional": False}
ROLES = ("Analyst", "CompanyAdmin", "Editor", "Viewer")

REGION: JSONValue = ["get", ["var", "subject"], "region"]
DATA_REGION: JSONValue = ["get", ["var", "resource"], "data_region"]
ATTRIBUTES: JSONValue = ["get", ["var", "subject"], "attributes"]
DEPARTMENT: JSONValue = ["get", ATTRIBUTES, "department"]
EMPLOYMENT: JSONValue = ["get", ATTRIBUTES, "employment_type"]

IN_REGION: JSONValue = ["==", DATA_REGION, REGION]
EMPLOYED_IN_REGION: JSONValue = [
    "and", IN_REGION, ["!=", EMPLOYMENT, ["lit", "contractor"]],
]  # fmt: skip
OF_FINANCE: JSONValue = [
    "in", DEPARTMENT, ["list", [["lit", "finance"], ["lit", "legal"]]],
]  # fmt: skip
CONTRACTOR: JSONValue = ["==", EMPLOYMENT, ["lit", "contractor"]]


def actions(types: int) -> tuple[str, ...]:
    """Return every action of so many resource types."""
    return tuple(f"type-{n}:{verb}" for n in range(types) for verb in ACTIONS_OF_A_TYPE)


def rule(
    rule_id: str,
    effect: str,
    roles: tuple[str, ...],
    action: str,
    when: JSONValue,
) -> JSONObject:
    """Return one compiled rule."""
    return {
        "id": rule_id,
        "effect": effect,
        "roles": list(roles),
        "actions": [action],
        "when": when,
        "source": None,
        "reason": f"what {rule_id} is for",
        "file": "config/policies/benchmark.yaml",
        "line": 1,
    }


def policies_document(rules: int) -> JSONObject:
    """Return a bundle of so many rules: one action of each four is also restricted."""
    types = max(1, rules // 5)
    written: list[JSONValue] = []
    for number in range(types):
        read, update, export, delete = (
            f"type-{number}:{verb}" for verb in ACTIONS_OF_A_TYPE
        )
        name = f"r{number}"
        written += [
            rule(f"{name}-read", "allow", ("Analyst", "Viewer"), read, None),
            rule(f"{name}-update", "allow", ("Editor", "CompanyAdmin"), update,
                 OF_FINANCE),
            rule(f"{name}-export", "allow", ("Analyst", "CompanyAdmin"), export,
                 EMPLOYED_IN_REGION),
            rule(f"{name}-delete", "allow", ("CompanyAdmin",), delete, IN_REGION),
            rule(f"{name}-no-delete", "deny", ("*",), delete, CONTRACTOR),
        ]  # fmt: skip
    return {
        "schema": "companyos.policies/v1",
        "catalog": {
            "roles": {role: {"inherits": []} for role in ROLES},
            "subject": {
                "country": TEXT, "department": TEXT, "employment_type": TEXT,
            },
            "context": {"plan": {"type": "string", "optional": True}},
            "resource_types": {
                f"type-{n}": {"attributes": {"data_region": TEXT}} for n in range(types)
            },
            "actions": {
                name: {"resource_type": name.partition(":")[0]}
                for name in actions(types)
            },
            "services": {},
        },
        "bundles": {
            "standard": {
                "tags": [], "abstract": False, "extends": [], "rules": written,
            },
        },
    }  # fmt: skip


def tenants_document(tenants: int, flags: Sequence[str]) -> JSONObject:
    """Return so many tenants, all with the same policy bundle and flags."""
    return {
        "schema": "companyos.tenants/v1",
        "tenants": {
            f"tenant-{n}": {
                "display_name": f"Tenant {n}",
                "env": "pilot",
                "policy_bundle_ref": "standard",
                "feature_flags": flags,
                "data_region": "eu" if n % 2 else "us",
                "owner_contact": "owner@companyos.example",
                "data_classification": "internal",
            }
            for n in range(tenants)
        },
        "regions": {name: {"countries": [*all_]} for name, all_ in COUNTRIES.items()},
        "identity": {
            "backend": "static",
            "cache": {
                "ttl_seconds": 30, "negative_seconds": 5,
                "max_stale_seconds": 300, "timeout_ms": 250,
            },
            "static": {"subjects": []},
        },
    }  # fmt: skip


def snapshot(
    *, rules: int = 20, tenants: int = 10, flags: JSONObject | None = None
) -> Snapshot:
    """Return a snapshot of this size."""
    flags = flags or {}
    return Snapshot.load(
        tenants=canonical_json(tenants_document(tenants, sorted(flags))),
        policies=canonical_json(policies_document(rules)),
        flags=canonical_json({"schema": "companyos.flags/v1", "flags": flags}),
    )


def subjects(count: int, tenants: int) -> tuple[Subject, ...]:
    """Return so many different subjects, spread over the tenants."""
    countries = [country for all_ in COUNTRIES.values() for country in all_]
    return tuple(
        Subject(
            f"tenant-{n % tenants}",
            f"subject-{n}",
            frozenset({ROLES[n % len(ROLES)], ROLES[n // 3 % len(ROLES)]}),
            {
                "department": DEPARTMENTS[n % len(DEPARTMENTS)],
                "country": countries[n % len(countries)],
                "employment_type": EMPLOYMENTS[n // 2 % len(EMPLOYMENTS)],
            },
        )
        for n in range(count)
    )


def requests(count: int, rules: int, tenants: int = 10) -> tuple[Request, ...]:
    """Return so many requests, one in fourteen for another tenant's resource."""
    known = actions(max(1, rules // 5))
    found: list[Request] = []
    for n, subject in enumerate(subjects(count, tenants)):
        action = known[n * 7 % len(known)]
        owner = "tenant-0" if n % 14 == 1 else subject.tenant_id
        found.append(
            Request(
                subject.tenant_id,
                subject,
                action,
                Resource(
                    action.partition(":")[0],
                    f"resource-{n}",
                    owner,
                    {"data_region": "eu" if n % 3 else "us"},
                ),
            )
        )
    return tuple(found)
