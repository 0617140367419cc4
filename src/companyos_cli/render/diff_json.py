"""A diff as JSON, complete: nothing is cut off."""

from __future__ import annotations

from companyos.conditions import to_text
from companyos.conditions.tree import Node
from companyos.diff import AccessChange, Decider, FlagChange, StateDiff
from companyos.digests import JSONObject, JSONValue
from companyos.findings import Place


def diff_json(diff: StateDiff, names: tuple[str, str]) -> JSONObject:
    """Return the whole diff."""
    return {
        "schema": "companyos.diff/v1",
        "base": {"name": names[0], "root": diff.before_root},
        "head": {"name": names[1], "root": diff.after_root},
        "has_effect": diff.has_effect,
        "exact": diff.is_exact,
        "doubts": list(diff.doubts),
        "tenants": {
            "added": list(diff.tenants_added),
            "removed": list(diff.tenants_removed),
            "changed": [
                {
                    "tenant": each.tenant_id,
                    "fields": [
                        {"field": f.field, "before": f.before, "after": f.after}
                        for f in each.fields
                    ],
                }
                for each in diff.tenants_changed
            ],
        },
        "flags": {
            "added": list(diff.flags_added),
            "removed": list(diff.flags_removed),
            "changed": [_flag(each) for each in diff.flags],
        },
        "access": [_grant(each) for each in diff.access],
        "remarks": [each.text for each in diff.remarks],
    }


def _flag(change: FlagChange) -> JSONObject:
    return {
        "flag": change.flag_id,
        "tenants": list(change.tenants),
        "taking_part": change.taking_part,
        "moves": [
            {
                "when": _when(move.when),
                "share": move.share,
                "rebucketed": move.is_rebucketed,
                "transitions": [
                    {"before": t.before, "after": t.after, "share": t.share}
                    for t in move.transitions
                ],
            }
            for move in change.moves
        ],
        "before": _place(change.before),
        "after": _place(change.after),
        "because": list(change.because),
        "inexact": list(change.inexact),
    }


def _grant(change: AccessChange) -> JSONObject:
    return {
        "direction": change.direction,
        "action": change.action,
        "roles": [list(each) for each in change.holders],
        "tenants": list(change.tenants),
        "when": _when(change.when),
        "before": _decider(change.before),
        "after": _decider(change.after),
        "example": dict(change.example),
        "inexact": list(change.inexact),
    }


def _when(node: Node | None) -> JSONValue:
    return None if node is None else to_text(node)


def _decider(decider: Decider) -> JSONObject:
    return {
        "code": decider.code,
        "rule": decider.rule_id,
        "place": _place(decider.place),
        "lacks_role": decider.lacks_role,
    }


def _place(place: Place | None) -> JSONValue:
    return None if place is None else {"file": place.file, "line": place.line}
