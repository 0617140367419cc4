"""An explained decision: which rules were considered, and what came close."""

from __future__ import annotations

from companyos.authz import Explanation
from companyos.authz.explanation import Considered, Outcome
from companyos.digests import JSONObject
from companyos_cli.console import Paint, Role

WORDS = {
    Outcome.MATCHED: "matches",
    Outcome.OTHER_ROLE: "is for other roles",
    Outcome.CONDITION_FALSE: "role fits, condition is false",
    Outcome.CONDITION_ERROR: "role fits, condition has no value",
}


def explanation_text(explanation: Explanation, paint: Paint) -> str:
    """Return the rules as they were asked, then what would have been enough."""
    lines: list[str] = []
    for each in explanation.considered:
        lines += _rule_lines(each, paint)
    if not lines:
        lines.append("no rule was asked")
    if explanation.enough:
        roles = ", ".join(explanation.enough)
        lines += ["", f"any of these roles would have been enough: {roles}"]
    elif explanation.considered and not explanation.decision.allowed:
        lines += ["", "no further role would have been enough"]
    if explanation.for_caller:
        lines += ["", f"the caller is told: {explanation.for_caller}"]
    return "\n".join(lines)


def _rule_lines(each: Considered, paint: Paint) -> list[str]:
    rule = each.rule
    mark = paint("->", Role.STRONG) if each.decided else "  "
    name = f"{rule.effect} {rule.rule_id}"
    head = f"{mark} {name}: {WORDS[each.outcome]}  {paint(str(rule.place), Role.PLACE)}"
    if each.outcome is Outcome.OTHER_ROLE:
        return [head, f"     it is for {', '.join(sorted(rule.roles))}"]
    return [head, *(f"     {clause}" for clause in each.clauses)]


def explanation_document(explanation: Explanation) -> JSONObject:
    """Return an explanation for programs."""
    return {
        "for_caller": explanation.for_caller,
        "roles_enough": list(explanation.enough),
        "near_misses": [each.rule.rule_id for each in explanation.near_misses],
        "rules": [_rule_document(each) for each in explanation.considered],
    }


def _rule_document(each: Considered) -> JSONObject:
    rule = each.rule
    return {
        "rule": rule.rule_id,
        "effect": rule.effect,
        "place": str(rule.place),
        "roles": sorted(rule.roles),
        "when": rule.source or None,
        "outcome": each.outcome,
        "decided": each.decided,
        "clauses": [
            {"clause": c.text, "was": c.values or None, "error": c.error or None}
            for c in each.clauses
        ],
    }
