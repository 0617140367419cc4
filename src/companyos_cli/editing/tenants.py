"""Adding a tenant: a new file, from what was said and from a tenant that is like it."""

from __future__ import annotations

from dataclasses import dataclass

from companyos.config.edits.scalars import written
from companyos.config.judging import State
from companyos.config.kinds import Kind, modeline
from companyos.digests import JSONValue
from companyos.errors import UsageError
from companyos_cli.editing.change import Plan
from companyos_cli.editing.reading import Document, document, refuse_taken

_REQUIRED = {
    "display_name": "--display-name",
    "env": "--env",
    "policy_bundle_ref": "--policy",
    "data_region": "--region",
    "owner_contact": "--owner",
}


@dataclass(frozen=True, slots=True)
class TenantWish:
    """A tenant as the command line describes it; None is left to `like`."""

    tenant_id: str
    like: str | None
    display_name: str | None
    env: str | None
    policy_bundle_ref: str | None
    data_region: str | None
    owner_contact: str | None
    data_classification: str | None
    feature_flags: tuple[str, ...]


def plan_tenant(state: State, wish: TenantWish) -> Plan:
    """Return the plan of adding a tenant.

    Raises:
        UsageError: there is one of this id, or something about it is not said.
    """
    path = refuse_taken(state, Kind.TENANT, wish.tenant_id)
    model = document(state, Kind.TENANT, wish.like) if wish.like else None
    record = _record(wish, model)
    missing = [option for key, option in _REQUIRED.items() if not record.get(key)]
    if missing:
        raise UsageError(
            f"a new tenant needs {' and '.join(f'`{each}`' for each in missing)}",
            hint="or name a tenant that it is like with `--like TENANT`",
        )
    lines = [modeline(Kind.TENANT)]
    lines += [f"{key}: {written(value)}" for key, value in record.items() if value]
    return Plan(
        f"add tenant `{wish.tenant_id}`",
        {path: "\n".join([*lines, ""]).encode()},
        next_step=f"companyos tenants show {wish.tenant_id}",
    )


def _record(wish: TenantWish, model: Document | None) -> dict[str, JSONValue]:
    """Return the file's value in the order in which tenants are written."""

    def told(value: str | None, key: str) -> str:
        return value or (model.text(key) if model else "")

    name = wish.display_name
    if name is None and model is not None:
        name = wish.tenant_id.replace("-", " ").title()
    flags = sorted(wish.feature_flags) or (
        model.texts("feature_flags") if model else []
    )
    return {
        "tenant_id": wish.tenant_id,
        "display_name": name or "",
        "env": told(wish.env, "env"),
        "policy_bundle_ref": told(wish.policy_bundle_ref, "policy_bundle_ref"),
        "feature_flags": [*flags],
        "data_region": told(wish.data_region, "data_region"),
        "owner_contact": told(wish.owner_contact, "owner_contact"),
        "data_classification": told(wish.data_classification, "data_classification"),
    }
