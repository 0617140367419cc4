"""Every check over facts, found by name, and running them in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from companyos.checks import (
    abstract_policy,
    allow_without_condition,
    ambiguous_country,
    archived_prerequisite,
    case_collision,
    constant_flag,
    deny_can_fail,
    duplicate_id,
    duplicate_name,
    duplicate_rule,
    expired_flag,
    expired_override,
    expires_late,
    expires_soon,
    extends_cycle,
    filename_mismatch,
    freeze_order,
    inactive_override,
    missing_file,
    no_expiry,
    orphan_policy,
    outliving_override,
    override_outside,
    ownerless_flag,
    prerequisite_cycle,
    redundant_override,
    reserved_id,
    role_cycle,
    stale_flag,
    unknown_action,
    unknown_attribute,
    unknown_extends,
    unknown_flag,
    unknown_owner,
    unknown_policy,
    unknown_prerequisite,
    unknown_region,
    unknown_resource_type,
    unknown_role,
    unknown_service,
    unknown_stage,
    unknown_tenant,
    unknown_value,
    unknown_variant,
    unknown_zone,
    unreachable_flag_rule,
    unreachable_rule,
    unused_flag,
    unworkable_signers,
    variant_type,
    weights,
    wildcard_allow,
)
from companyos.checks.check import Check, Find
from companyos.checks.facts import Facts
from companyos.findings import Finding, in_order

_ALL: tuple[tuple[Check, Find], ...] = (
    (abstract_policy.CHECK, abstract_policy.find),
    (allow_without_condition.CHECK, allow_without_condition.find),
    (ambiguous_country.CHECK, ambiguous_country.find),
    (archived_prerequisite.CHECK, archived_prerequisite.find),
    (case_collision.CHECK, case_collision.find),
    (constant_flag.CHECK, constant_flag.find),
    (deny_can_fail.CHECK, deny_can_fail.find),
    (duplicate_id.CHECK, duplicate_id.find),
    (duplicate_name.CHECK, duplicate_name.find),
    (duplicate_rule.CHECK, duplicate_rule.find),
    (expired_flag.CHECK, expired_flag.find),
    (expired_override.CHECK, expired_override.find),
    (expires_late.CHECK, expires_late.find),
    (expires_soon.CHECK, expires_soon.find),
    (extends_cycle.CHECK, extends_cycle.find),
    (filename_mismatch.CHECK, filename_mismatch.find),
    (freeze_order.CHECK, freeze_order.find),
    (inactive_override.CHECK, inactive_override.find),
    (missing_file.CHECK, missing_file.find),
    (no_expiry.CHECK, no_expiry.find),
    (orphan_policy.CHECK, orphan_policy.find),
    (outliving_override.CHECK, outliving_override.find),
    (override_outside.CHECK, override_outside.find),
    (ownerless_flag.CHECK, ownerless_flag.find),
    (prerequisite_cycle.CHECK, prerequisite_cycle.find),
    (redundant_override.CHECK, redundant_override.find),
    (reserved_id.CHECK, reserved_id.find),
    (role_cycle.CHECK, role_cycle.find),
    (stale_flag.CHECK, stale_flag.find),
    (unknown_action.CHECK, unknown_action.find),
    (unknown_attribute.CHECK, unknown_attribute.find),
    (unknown_extends.CHECK, unknown_extends.find),
    (unknown_flag.CHECK, unknown_flag.find),
    (unknown_owner.CHECK, unknown_owner.find),
    (unknown_policy.CHECK, unknown_policy.find),
    (unknown_prerequisite.CHECK, unknown_prerequisite.find),
    (unknown_region.CHECK, unknown_region.find),
    (unknown_resource_type.CHECK, unknown_resource_type.find),
    (unknown_role.CHECK, unknown_role.find),
    (unknown_service.CHECK, unknown_service.find),
    (unknown_stage.CHECK, unknown_stage.find),
    (unknown_tenant.CHECK, unknown_tenant.find),
    (unknown_value.CHECK, unknown_value.find),
    (unknown_variant.CHECK, unknown_variant.find),
    (unknown_zone.CHECK, unknown_zone.find),
    (unreachable_flag_rule.CHECK, unreachable_flag_rule.find),
    (unreachable_rule.CHECK, unreachable_rule.find),
    (unused_flag.CHECK, unused_flag.find),
    (unworkable_signers.CHECK, unworkable_signers.find),
    (variant_type.CHECK, variant_type.find),
    (weights.CHECK, weights.find),
    (wildcard_allow.CHECK, wildcard_allow.find),
)

CHECKS: Mapping[str, Check] = {check.name: check for check, _ in _ALL}
"""Every check over facts by its name."""


def run(facts: Facts, *, today: date) -> tuple[Finding, ...]:
    """Return what all checks find, by place. `today` begins at midnight UTC."""
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    found = [finding for _, find in _ALL for finding in find(facts, now)]
    return in_order(found)
