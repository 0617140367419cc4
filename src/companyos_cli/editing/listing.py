"""Tenants and flags as lists and records, whatever is wrong in other files."""

from __future__ import annotations

from collections.abc import Sequence

from companyos.config.edits.scalars import written
from companyos.config.judging import State
from companyos.config.kinds import Kind
from companyos.digests import JSONObject, JSONValue
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.editing.reading import Document, document, documents
from companyos_cli.render.tables import fields, table

_TENANT_COLUMNS = {
    "TENANT": "tenant_id",
    "ENV": "env",
    "POLICY": "policy_bundle_ref",
    "REGION": "data_region",
    "OWNER": "owner_contact",
}
_FLAG_COLUMNS = [
    "FLAG",
    "KIND",
    "TYPE",
    "STATE",
    "DEFAULT",
    "TENANTS",
    "OVERRIDES",
    "EXPIRES",
    "OWNER",
]
_OVERRIDES = "per_tenant_overrides"


def tenants_answer(state: State) -> Answer:
    """Return all tenants, one a line."""
    found = [(name, each) for name, each in documents(state, Kind.TENANT)]
    rows = [
        [*(each.text(key) for key in _TENANT_COLUMNS.values()), _count(each)]
        for _, each in found
    ]
    return Answer(
        text=lambda paint: _table([*_TENANT_COLUMNS, "FLAGS"], rows, paint),
        document={
            "schema": "companyos.tenants-list/v1",
            "tenants": [each.source.value for _, each in found],
        },
    )


def tenant_answer(state: State, tenant: str) -> Answer:
    """Return a tenant's record, and what flags give it by name.

    Raises:
        UsageError: there is no such tenant.
    """
    found = document(state, Kind.TENANT, tenant)
    overrides = {
        name: flag.at(_OVERRIDES, tenant)
        for name, flag in documents(state, Kind.FLAG)
        if flag.at(_OVERRIDES, tenant) is not None
    }
    rows = [(key, _shown(value)) for key, value in found.table().items()]
    rows += [(f"flag {name}", written(value)) for name, value in overrides.items()]
    rows.append(("file", found.source.path))
    return Answer(
        text=lambda paint: fields(rows, paint=paint),
        document={
            "schema": "companyos.tenant/v1",
            "file": found.source.path,
            "tenant": found.source.value,
            "overrides": overrides,
        },
    )


def flags_answer(state: State) -> Answer:
    """Return all flags, one a line, with how many tenants take part."""
    found = list(documents(state, Kind.FLAG))
    tenants = [each for _, each in documents(state, Kind.TENANT)]
    rows = [_flag(name, flag, tenants) for name, flag in found]
    return Answer(
        text=lambda paint: _table(_FLAG_COLUMNS, rows, paint),
        document={
            "schema": "companyos.flags-list/v1",
            "flags": [
                _flag_document(flag, row)
                for (_, flag), row in zip(found, rows, strict=True)
            ],
        },
    )


def _flag(name: str, flag: Document, tenants: Sequence[Document]) -> list[str]:
    taking_part = sum(name in each.texts("feature_flags") for each in tenants)
    return [
        name,
        flag.text("kind") or "release",
        flag.text("type") or "boolean",
        flag.text("state") or "active",
        _shown(flag.at("default")),
        str(taking_part),
        str(len(flag.table(_OVERRIDES))),
        flag.text("expires_at") or "-",
        flag.text("owner"),
    ]


def _flag_document(flag: Document, row: Sequence[str]) -> JSONObject:
    name, kind, of_type, state, _, taking_part, overrides, *_ = row
    return {
        "flag_id": name,
        "kind": kind,
        "type": of_type,
        "state": state,
        "default": flag.at("default"),
        "tenants": int(taking_part),
        "overrides": int(overrides),
        "expires_at": flag.at("expires_at"),
        "owner": flag.at("owner"),
    }


def _table(header: list[str], rows: list[list[str]], paint: Paint) -> str:
    if not rows:
        return paint("there are none", Role.FAINT)
    return table(header, rows, paint=paint)


def _shown(value: JSONValue) -> str:
    return value if isinstance(value, str) else written(value)


def _count(tenant: Document) -> str:
    return str(len(tenant.texts("feature_flags")))
