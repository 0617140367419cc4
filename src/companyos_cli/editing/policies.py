"""Adding a policy bundle, and pointing tenants at it."""

from __future__ import annotations

from dataclasses import dataclass

from companyos.config.edits.entries import replace
from companyos.config.edits.scalars import written
from companyos.config.judging import State
from companyos.config.kinds import Kind, modeline
from companyos.digests import JSONValue
from companyos_cli.editing.change import Plan
from companyos_cli.editing.reading import document, refuse_taken


@dataclass(frozen=True, slots=True)
class PolicyWish:
    """A policy bundle as the command line describes it, and whom it shall govern."""

    bundle_id: str
    description: str
    extends: tuple[str, ...]
    abstract: bool
    tenants: tuple[str, ...]


def plan_policy(state: State, wish: PolicyWish) -> Plan:
    """Return the plan of adding a policy bundle without rules of its own.

    Raises:
        UsageError: there is one of this id, or no such tenant.
    """
    path = refuse_taken(state, Kind.POLICY, wish.bundle_id)
    record: dict[str, JSONValue] = {
        "bundle_id": wish.bundle_id,
        "description": wish.description,
        "abstract": wish.abstract,
        "extends": [*wish.extends],
    }
    lines = [modeline(Kind.POLICY)]
    lines += [f"{key}: {written(value)}" for key, value in record.items() if value]
    tenants = [document(state, Kind.TENANT, name) for name in wish.tenants]
    key = ("policy_bundle_ref",)
    return Plan(
        f"add policy bundle `{wish.bundle_id}`",
        {path: "\n".join([*lines, "rules: []", ""]).encode()},
        tuple(replace(each.source, key, wish.bundle_id) for each in tenants),
        next_step=f"$EDITOR {path} && companyos validate",
    )
