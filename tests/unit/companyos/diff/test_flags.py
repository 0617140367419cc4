"""Flags that answer otherwise: shares are held against counted subjects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

import desired_states as states
from companyos.conditions import to_text
from companyos.diff.flags import flag_changes
from companyos.diff.model import FlagChange
from companyos.digests import JSONObject, JSONValue, canonical_json
from companyos.flags import evaluate
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

NOW = datetime(2027, 1, 31, tzinfo=UTC)
PEOPLE = 4000
CLOSE = 0.03
"""Four standard deviations of a share counted over so many people."""

HAS_PLAN: JSONValue = ["has", ["var", "context"], "plan"]
FINANCE: JSONValue = [
    "and", ["has", states.ATTRIBUTES, "department"],
    states.equals(states.DEPARTMENT, "finance"),
]  # fmt: skip
ADMIN: JSONValue = ["in", ["lit", "CompanyAdmin"], ["get", states.SUBJECT, "roles"]]


def state(*taking_part: str, **flags: JSONObject) -> Snapshot:
    """Return a snapshot of two tenants that take part in all flags, or in these."""
    names = sorted(taking_part or flags)
    tenants: Mapping[str, JSONValue] = {
        "pilot-a": states.tenant(flags=names),
        "pilot-b": states.tenant(flags=names, region="us"),
    }
    return states.snapshot(tenants=tenants, flags=flags)


def changes(before: Snapshot, after: Snapshot) -> tuple[FlagChange, ...]:
    """Return what changes now."""
    return flag_changes(before, after, now=NOW)


def counted(before: Snapshot, after: Snapshot, **attributes: str) -> float:
    """Return the share of many subjects for whom flag `f` answers otherwise."""
    moved = 0
    for number in range(PEOPLE):
        subject = Subject("pilot-a", f"s{number}", frozenset({"Analyst"}), attributes)
        one, other = (
            evaluate("f", side, tenant_id="pilot-a", subject=subject, now=NOW).value
            for side in (before, after)
        )
        moved += one != other
    return moved / PEOPLE


@pytest.mark.parametrize(
    ("old", "new", "share"),
    [(25_000, 50_000, 0.25), (50_000, 20_000, 0.30), (0, 100_000, 1.0), (0, 10, 1e-4)],
)
def test_a_changed_share_moves_the_difference(old: int, new: int, share: float) -> None:
    """From 25 % to 50 % a quarter moves, and nobody more than that."""
    before = state(f=states.flag(rollout=states.share(old)))
    after = state(f=states.flag(rollout=states.share(new)))
    (change,) = changes(before, after)
    (move,) = change.moves
    assert change.tenants == ("pilot-a", "pilot-b")
    assert change.inexact == ()
    assert not move.is_rebucketed
    assert move.share == pytest.approx(share, abs=1e-9)
    assert counted(before, after) == pytest.approx(share, abs=CLOSE)


def test_written_in_another_order_the_same_weights_move_people() -> None:
    """30/70 written as 70/30 moves the outer 30 % both ways, and warns."""
    weights: JSONValue = [["off", 70_000], ["on", 30_000]]
    before = state(f=states.flag(rollout=states.share(30_000)))
    after = state(f=states.flag(rollout={"by": "subject", "weights": weights}))
    (change,) = changes(before, after)
    (move,) = change.moves
    assert move.is_rebucketed
    assert move.share == pytest.approx(0.60)
    assert counted(before, after) == pytest.approx(0.60, abs=CLOSE)


def test_another_salt_shuffles_and_the_share_is_the_expected_one() -> None:
    """Half on before and after: half of them change, and that share is expected."""
    before = state(f=states.flag(rollout=states.share(50_000), salt="one"))
    after = state(f=states.flag(rollout=states.share(50_000), salt="two"))
    (change,) = changes(before, after)
    (move,) = change.moves
    assert move.is_rebucketed
    assert change.inexact
    assert move.share == pytest.approx(0.5)
    assert counted(before, after) == pytest.approx(0.5, abs=CLOSE)


def test_an_override_moves_its_tenant_alone() -> None:
    """A tenant forced on moves by all who were off; others are not named."""
    rollout = states.share(25_000)
    before = state(f=states.flag(rollout=rollout))
    after = state(
        f=states.flag(rollout=rollout, overrides={"pilot-a": states.override("on")})
    )
    (change,) = changes(before, after)
    assert change.tenants == ("pilot-a",)
    assert change.moves[0].share == pytest.approx(0.75)


def test_a_rule_moves_those_who_meet_it() -> None:
    """A new rule for finance moves finance, by all who were off."""
    before = state(f=states.flag(rollout=states.share(25_000)))
    rule: JSONValue = {
        "name": "first", "when": FINANCE, "source": None, "serve": states.served("on"),
    }  # fmt: skip
    after = state(f=states.flag(rollout=states.share(25_000), rules=[rule]))
    (change,) = changes(before, after)
    (move,) = change.moves
    assert move.when is not None
    assert to_text(move.when) == (
        "has(subject.attributes.department)"
        ' && subject.attributes.department == "finance"'
    )
    share = counted(before, after, department="finance")
    assert share == pytest.approx(move.share, abs=CLOSE)
    assert counted(before, after, department="legal") == 0


def test_a_rule_about_roles_is_told_in_terms_of_roles() -> None:
    """The condition names the role and no set of them."""
    rule: JSONValue = {
        "name": "admins", "when": ADMIN, "source": None, "serve": states.served("on"),
    }  # fmt: skip
    (change,) = changes(state(f=states.flag()), state(f=states.flag(rules=[rule])))
    assert change.moves[0].when is not None
    assert to_text(change.moves[0].when) == '"CompanyAdmin" in subject.roles'


def test_a_prerequisite_counts_with_its_own_share() -> None:
    """On for all who meet a prerequisite of 40 %: 40 % move."""
    needs: JSONValue = [{"flag": "g", "variant": "on"}]
    gate = states.flag(rollout=states.share(40_000), salt="gate")
    before = state(f=states.flag(prerequisites=needs), g=gate)
    after = state(f=states.flag(prerequisites=needs, default="on"), g=gate)
    (change,) = changes(before, after)
    assert change.inexact == ()
    assert change.moves[0].share == pytest.approx(0.40)
    assert counted(before, after) == pytest.approx(0.40, abs=CLOSE)


def test_a_prerequisite_that_is_killed_takes_its_dependents_along() -> None:
    """Who only looks at `f`'s own file would see nothing change."""
    needs: JSONValue = [{"flag": "g", "variant": "on"}]
    dependent = states.flag(prerequisites=needs, default="on")
    before = state(f=dependent, g=states.flag(default="on"))
    after = state(f=dependent, g=states.flag(default="on", state="killed"))
    assert [change.flag_id for change in changes(before, after)] == ["f", "g"]


def test_a_split_by_tenant_moves_whole_tenants() -> None:
    """Half of two tenants is one, whole."""
    before = state(f=states.flag())
    after = state(f=states.flag(rollout=states.share(50_000, by="tenant")))
    (change,) = changes(before, after)
    assert len(change.tenants) == 1
    assert change.moves[0].share == 1


def test_tenants_that_take_no_part_see_a_new_default() -> None:
    """They are named apart from those that take part."""
    before = state("g", f=states.flag(), g=states.flag())
    after = state("g", f=states.flag(default="on"), g=states.flag())
    (change,) = changes(before, after)
    assert not change.taking_part
    assert change.moves[0].share == 1


def test_another_owner_or_line_is_no_change() -> None:
    """What decides no answer changes nothing for anybody."""
    before = state(f=states.flag())
    assert changes(before, state(f=states.flag(owner="others", line=9))) == ()


def test_another_bucketing_has_its_own_numbers() -> None:
    """`unleash` counts in hundredths: from a quarter to a half it moves a quarter."""
    before = state(f=states.flag(rollout=states.share(25_000), bucketing="unleash"))
    after = state(f=states.flag(rollout=states.share(50_000), bucketing="unleash"))
    (change,) = changes(before, after)
    assert change.moves[0].share == pytest.approx(0.25)
    assert counted(before, after) == pytest.approx(0.25, abs=CLOSE)


def with_one_role_more(side: JSONObject) -> tuple[Snapshot, Snapshot]:
    """Return a state with this flag, and the same with another role declared."""
    roles: JSONObject = {"Analyst": {"inherits": []}, "Viewer": {"inherits": []}}
    tenants = states.tenants_document({"pilot-a": states.tenant(flags=["f"])})
    one, other = (
        Snapshot.load(
            tenants=canonical_json(tenants),
            policies=canonical_json(
                states.policies_document(catalog={**states.CATALOG, "roles": each})
            ),
            flags=canonical_json(states.flags_document({"f": side})),
        )
        for each in (roles, {**roles, "Auditor": {"inherits": []}})
    )
    return one, other


def rule_for(when: JSONValue) -> JSONObject:
    """Return a flag that is on for whom a condition is true."""
    rule: JSONValue = {
        "name": "first", "when": when, "source": None, "serve": states.served("on"),
    }  # fmt: skip
    return states.flag(rules=[rule])


def test_a_new_role_moves_nobody_whom_no_rule_asks_for_it() -> None:
    """What is for analysts is for the same people, with the new role and without."""
    analyst: JSONValue = ["in", ["lit", "Analyst"], ["get", states.SUBJECT, "roles"]]
    before, after = with_one_role_more(rule_for(analyst))
    assert changes(before, after) == ()
    assert changes(after, before) == ()


def test_a_flag_sees_a_role_only_where_it_is_declared() -> None:
    """Who has one role is counted by the roles that there are."""
    held: JSONValue = ["call", "size", [["get", states.SUBJECT, "roles"]]]
    (change,) = changes(*with_one_role_more(rule_for(["==", held, ["lit", 1]])))
    seen = {(t.before, t.after) for move in change.moves for t in move.transitions}
    assert seen == {(False, True), (True, False)}
