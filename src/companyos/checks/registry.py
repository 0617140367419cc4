"""Every check over facts, found by name, and running them in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from companyos.checks import (
    abstract_policy,
    ambiguous_country,
    case_collision,
    duplicate_id,
    duplicate_rule,
    expired_flag,
    extends_cycle,
    filename_mismatch,
    missing_file,
    orphan_policy,
    override_outside,
    prerequisite_cycle,
    role_cycle,
    unknown_action,
    unknown_attribute,
    unknown_extends,
    unknown_flag,
    unknown_policy,
    unknown_prerequisite,
    unknown_region,
    unknown_resource_type,
    unknown_role,
    unknown_service,
    unknown_stage,
    unknown_tenant,
    unknown_variant,
    unworkable_signers,
    variant_type,
    weights,
)
from companyos.checks.check import Check, Find
from companyos.checks.facts import Facts
from companyos.findings import Finding, in_order

_ALL: tuple[tuple[Check, Find], ...] = (
    (abstract_policy.CHECK, abstract_policy.find),
    (ambiguous_country.CHECK, ambiguous_country.find),
    (case_collision.CHECK, case_collision.find),
    (duplicate_id.CHECK, duplicate_id.find),
    (duplicate_rule.CHECK, duplicate_rule.find),
    (expired_flag.CHECK, expired_flag.find),
    (extends_cycle.CHECK, extends_cycle.find),
    (filename_mismatch.CHECK, filename_mismatch.find),
    (missing_file.CHECK, missing_file.find),
    (orphan_policy.CHECK, orphan_policy.find),
    (override_outside.CHECK, override_outside.find),
    (prerequisite_cycle.CHECK, prerequisite_cycle.find),
    (role_cycle.CHECK, role_cycle.find),
    (unknown_action.CHECK, unknown_action.find),
    (unknown_attribute.CHECK, unknown_attribute.find),
    (unknown_extends.CHECK, unknown_extends.find),
    (unknown_flag.CHECK, unknown_flag.find),
    (unknown_policy.CHECK, unknown_policy.find),
    (unknown_prerequisite.CHECK, unknown_prerequisite.find),
    (unknown_region.CHECK, unknown_region.find),
    (unknown_resource_type.CHECK, unknown_resource_type.find),
    (unknown_role.CHECK, unknown_role.find),
    (unknown_service.CHECK, unknown_service.find),
    (unknown_stage.CHECK, unknown_stage.find),
    (unknown_tenant.CHECK, unknown_tenant.find),
    (unknown_variant.CHECK, unknown_variant.find),
    (unworkable_signers.CHECK, unworkable_signers.find),
    (variant_type.CHECK, variant_type.find),
    (weights.CHECK, weights.find),
)

CHECKS: Mapping[str, Check] = {check.name: check for check, _ in _ALL}
"""Every check over facts by its name."""


def run(facts: Facts, *, today: date) -> tuple[Finding, ...]:
    """Return what all checks find, by place. `today` begins at midnight UTC."""
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    found = [finding for _, find in _ALL for finding in find(facts, now)]
    return in_order(found)
