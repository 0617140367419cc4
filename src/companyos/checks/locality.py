"""On what each check's findings hang, so that it is known which of them still hold.

A check that is missing here would be asked too rarely: a test sees to it that all are
here, and another one that what is said of each is so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from companyos.checks.facts import Broken
from companyos.findings import Finding

LOCAL = frozenset(
    {
        "flag/archived-prerequisite",
        "flag/constant",
        "flag/expired",
        "flag/expires-late",
        "flag/expires-soon",
        "flag/no-expiry",
        "flag/override-after-expiry",
        "flag/override-expired",
        "flag/override-inactive",
        "flag/override-outside",
        "flag/override-redundant",
        "flag/ownerless",
        "flag/stale",
        "flag/unknown-variant",
        "flag/unreachable-rule",
        "flag/unused",
        "flag/variant-type",
        "flag/weights",
        "id/case-collision",
        "id/duplicate",
        "id/filename-mismatch",
        "id/reserved",
        "policy/allow-without-condition",
        "policy/deny-can-fail",
        "policy/unreachable-rule",
        "policy/wildcard-allow",
        "ref/abstract-policy",
        "ref/orphan-policy",
        "tenant/duplicate-display-name",
    }
)
"""What is found in a file hangs on it, on files that share a name with it, and on those
that there is one of."""

GOVERNING = frozenset(
    {
        "policy/role-cycle",
        "ref/attribute-type",
        "ref/missing-file",
        "ref/unknown-attribute",
        "ref/unknown-resource-type",
        "ref/unknown-service",
        "signer/unworkable",
        "stage/freeze-order",
        "stage/unknown-zone",
        "tenant/ambiguous-country",
    }
)
"""What is found hangs only on the files that there is one of."""

COUNTED = frozenset(
    {
        "ref/unknown-action",
        "ref/unknown-extends",
        "ref/unknown-flag",
        "ref/unknown-owner",
        "ref/unknown-policy",
        "ref/unknown-region",
        "ref/unknown-role",
        "ref/unknown-stage",
        "ref/unknown-tenant",
        "ref/unknown-value",
    }
)
"""A name's uses are counted, told at the first, and it is guessed what was meant."""

TOGETHER = frozenset(
    {
        "flag/prerequisite-cycle",
        "flag/unknown-prerequisite",
        "policy/duplicate-rule-id",
        "policy/extends-cycle",
    }
)
"""Whether there is any is local; what it says, or what others say then, is not."""

_SILENCED_BY: Mapping[str, tuple[str, ...]] = {
    "flag/stale": ("tenants",),
    "flag/unused": ("tenants", "flags"),
    "ref/orphan-policy": ("tenants", "bundles"),
}


def silenced(broken: Broken, found: Iterable[Finding]) -> frozenset[str]:
    """Return the checks that say nothing while there are such files and findings."""
    there = {
        "tenants": broken.tenants,
        "bundles": broken.bundles,
        "flags": broken.flags,
    }
    silent = {
        check
        for check, kinds in _SILENCED_BY.items()
        if any(there[kind] for kind in kinds)
    }
    if any(each.check == "ref/unknown-flag" for each in found):
        silent.add("flag/unused")
    return frozenset(silent)
