"""Who may do what in one tenant: the rules asked in general, not for one request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from companyos.authz.access import Access, Asked, access_of_role, access_of_subject
from companyos.authz.access import Answer as AccessAnswer
from companyos.catalog import RESOURCE_OWN
from companyos.catalog.attributes import AttributeReader
from companyos.conditions import Value
from companyos.digests import JSONObject
from companyos.errors import UsageError
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer, Paint
from companyos_cli.render.tables import markdown_table, table

NO_CONDITION = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """What a role or a subject may do: `who` is which; `named` shows the kind too."""

    kind: str
    who: str
    action: str
    access: AccessAnswer
    named: bool = False

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the row as words."""
        return (
            f"{self.kind} {self.who}" if self.named else self.who,
            self.action,
            str(self.access.access),
            self.access.text or NO_CONDITION,
            ", ".join((*self.access.allowing, *self.access.denying)) or NO_CONDITION,
        )

    @property
    def document(self) -> JSONObject:
        """Return the row for programs."""
        return {
            self.kind: self.who,
            "action": self.action,
            "access": self.access.access,
            "condition": self.access.text or None,
            "allowing": list(self.access.allowing),
            "denying": list(self.access.denying),
        }


HEADER = ("who", "action", "access", "when", "rules")


@dataclass(frozen=True, slots=True)
class Tabled:
    """An answer that is a table, also as Markdown."""

    answer: Answer
    markdown: str


def matrix(tenant_id: str, snapshot: Snapshot) -> Tabled:
    """Return what every role may do in a tenant.

    Raises:
        UsageError: there is no such tenant.
    """
    catalog = snapshot.policies.catalog
    rows = [
        Row("role", role, action, _of_role(role, tenant_id, action, {}, snapshot))
        for role in sorted(catalog.roles)
        for action in sorted(catalog.actions)
    ]
    document: JSONObject = {
        "schema": "companyos.access-matrix/v1",
        "tenant": tenant_id,
        "policy_digest": snapshot.policies.digest,
        "cells": [row.document for row in rows],
    }
    note = "for a subject that has this role and no other"
    return _tabled(rows, document, ("role", *HEADER[1:]), note)


def who_can(
    tenant_id: str, action: str, described: JSONObject, snapshot: Snapshot
) -> Tabled:
    """Return which roles may do one action, and which known subjects.

    Raises:
        UsageError: there is no such tenant, action or attribute.
    """
    resource = _resource(action, described, tenant_id, snapshot)
    roles = [
        Row("role", role, action, _of_role(role, tenant_id, action, resource, snapshot))
        for role in sorted(snapshot.policies.catalog.roles)
    ]
    subjects = list(_subjects(tenant_id, action, resource, snapshot))
    static = snapshot.identity.backend == "static"
    document: JSONObject = {
        "schema": "companyos.who-can/v1",
        "tenant": tenant_id,
        "action": action,
        "policy_digest": snapshot.policies.digest,
        "roles": [row.document for row in roles],
        "subjects": [row.document for row in subjects] if static else None,
    }
    shown = [replace(row, named=True) for row in (*subjects, *roles)]
    note = "" if static else "the directory does not list its subjects; roles only"
    rows = [row for row in shown if row.access.access is not Access.DENY]
    return _tabled(rows, document, HEADER, note)


def _subjects(
    tenant_id: str, action: str, resource: Mapping[str, Value], snapshot: Snapshot
) -> Iterable[Row]:
    asked = _asked(tenant_id, action, resource, snapshot)
    for subject in snapshot.identity.subjects:
        if subject.tenant_id != tenant_id:
            continue
        principal = snapshot.principals.of(subject)
        if not isinstance(principal, str):
            answer = access_of_subject(principal, asked, snapshot.policies)
            yield Row("subject", subject.subject_id, action, answer)


def _of_role(
    role: str,
    tenant_id: str,
    action: str,
    resource: Mapping[str, Value],
    snapshot: Snapshot,
) -> AccessAnswer:
    asked = _asked(tenant_id, action, resource, snapshot)
    return access_of_role(role, asked, snapshot.policies)


def _asked(
    tenant_id: str, action: str, resource: Mapping[str, Value], snapshot: Snapshot
) -> Asked:
    tenant = snapshot.tenants.get(tenant_id)
    if tenant is None:
        known = ", ".join(sorted(snapshot.tenants))
        raise UsageError(f"no tenant `{tenant_id}`", hint=f"there are: {known}")
    variables = snapshot.tenant_variables[tenant_id]
    return Asked(tenant.policy_bundle_ref, variables, action, resource)


def _resource(
    action: str, described: JSONObject, tenant_id: str, snapshot: Snapshot
) -> Mapping[str, Value]:
    """Return what is known of the resource; what is not given stays open."""
    catalog = snapshot.policies.catalog
    if action not in catalog.actions:
        known = ", ".join(sorted(catalog.actions))
        raise UsageError(f"no action `{action}`", hint=f"there are: {known}")
    kind = catalog.actions[action]
    if described.get("type", kind) != kind:
        raise UsageError(f"`{action}` acts on a `{kind}`")
    if described.get("tenant", tenant_id) != tenant_id:
        raise UsageError("nobody reaches a resource of another tenant")
    unknown = sorted(described.keys() - RESOURCE_OWN - {"attributes"})
    if unknown:
        raise UsageError(
            f"a resource has no `{unknown[0]}`",
            hint="it has `id`, `type`, `tenant` and `attributes`",
        )
    attributes = described.get("attributes", {})
    declared = catalog.resource_types[kind]
    if not isinstance(attributes, Mapping) or attributes.keys() - declared.keys():
        names = ", ".join(sorted(declared)) or "none"
        raise UsageError(f"a `{kind}` has other attributes", hint=f"it has: {names}")
    values, unfit = AttributeReader(declared).read_fitting(attributes)
    if unfit:
        raise UsageError(f"attributes are {unfit}")
    name = described.get("id")
    return {**values, "id": name} if isinstance(name, str) else values


def _tabled(
    rows: list[Row], document: JSONObject, header: tuple[str, ...], note: str
) -> Tabled:
    cells = [row.cells for row in rows]

    def text(paint: Paint) -> str:
        if not rows:
            return "nobody"
        shown = table(header, cells, paint=paint)
        return f"{shown}\n\n{note}" if note else shown

    return Tabled(Answer(text, document), markdown_table(header, cells))
