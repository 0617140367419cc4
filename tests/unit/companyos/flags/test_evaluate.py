"""What a flag answers: the order of what decides, cohorts, and odd input."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import desired_states as states
from companyos.digests import JSONObject, JSONValue
from companyos.flags import ErrorCode, Evaluation, Reason, boolean, evaluate
from companyos.identity.subjects import Subject
from companyos.snapshot import Snapshot

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
FINANCE: JSONObject = {
    "name": "finance-first",
    "when": states.equals(states.DEPARTMENT, "finance"),
    "source": None,
    "serve": states.served("on"),
}
ANYONE = states.subject(department="sales")


def with_flag(record: JSONObject, **others: JSONObject) -> Snapshot:
    """Return a snapshot whose tenants take part in flag `f` and the others."""
    flags: dict[str, JSONValue] = {"f": record, **others}
    tenants = {
        name: states.tenant(flags=tuple(flags)) for name in ("pilot-a", "pilot-b")
    }
    tenants["outside"] = states.tenant()
    return states.snapshot(tenants=tenants, flags=flags)


def asked(
    snapshot: Snapshot,
    *,
    tenant_id: str = "pilot-a",
    subject: Subject | None = None,
    context: Mapping[str, object] | None = None,
    now: datetime = NOW,
) -> Evaluation:
    """Return what flag `f` answers."""
    return evaluate(
        "f", snapshot, tenant_id=tenant_id, subject=subject, context=context, now=now
    )


def test_a_flag_that_says_nothing_else_answers_its_default() -> None:
    """Without rules, overrides or a rollout the answer is static."""
    snapshot = with_flag(states.flag())
    assert asked(snapshot) == Evaluation(
        "f",
        value=False,
        variant="off",
        reason=Reason.STATIC,
        flags_digest=snapshot.components["flags"],
    )


def test_an_unknown_flag_is_an_error_without_a_value() -> None:
    """A caller's own default takes over where there is no flag."""
    snapshot = with_flag(states.flag())
    found = evaluate("g", snapshot, tenant_id="pilot-a", now=NOW)
    assert (found.value, found.variant) == (None, None)
    assert (found.reason, found.error) == (Reason.ERROR, ErrorCode.FLAG_NOT_FOUND)


@pytest.mark.parametrize("state", ["killed", "archived"])
def test_a_killed_flag_is_off_for_everybody(state: str) -> None:
    """Off wins over the default, over overrides, and for tenants outside."""
    record = states.flag(
        state=state, default="on", overrides={"pilot-a": states.override("on")}
    )
    for tenant_id in ("pilot-a", "pilot-b", "outside"):
        found = asked(with_flag(record), tenant_id=tenant_id)
        assert (found.value, found.reason) == (False, Reason.DISABLED)
        assert state in found.note


@pytest.mark.parametrize("tenant_id", ["outside", "nobody"])
def test_who_does_not_take_part_gets_the_default(tenant_id: str) -> None:
    """Neither rule nor rollout reaches a tenant that does not list the flag."""
    snapshot = with_flag(states.flag(rollout=states.share(100_000)))
    found = asked(snapshot, tenant_id=tenant_id, subject=ANYONE)
    assert (found.value, found.reason) == (False, Reason.DEFAULT)
    assert "take part" in found.note


@pytest.mark.parametrize(
    ("on_expiry", "now", "value"),
    [
        ("keep", NOW, True),
        ("default", NOW, False),
        ("default", NOW - timedelta(seconds=1), True),
    ],
)
def test_expiry_changes_an_answer_only_where_it_says_so(
    on_expiry: str,
    now: datetime,
    value: bool,  # noqa: FBT001 - from a table
) -> None:
    """From the moment of expiry on the default answers, if the flag says so."""
    record = states.flag(
        expires_at="2027-01-31T12:00:00Z",
        on_expiry=on_expiry,
        overrides={"pilot-a": states.override("on")},
    )
    assert asked(with_flag(record), now=now).value is value


def test_an_override_wins_over_rules_and_rollout() -> None:
    """The override answers, and says so."""
    record = states.flag(
        overrides={"pilot-a": states.override("off")},
        rules=[FINANCE],
        rollout=states.share(100_000),
    )
    found = asked(with_flag(record), subject=states.subject(department="finance"))
    assert (found.value, found.rule) == (False, "override:pilot-a")
    assert found.reason is Reason.TARGETING_MATCH


def test_an_override_ends_at_its_time() -> None:
    """Up to `until` it holds, at `until` it does not."""
    until = states.override("on", until="2027-01-31T12:00:00Z")
    snapshot = with_flag(states.flag(overrides={"pilot-a": until}))
    before = asked(snapshot, now=NOW - timedelta(seconds=1))
    assert (before.value, asked(snapshot).value) == (True, False)


def test_the_first_rule_that_matches_answers() -> None:
    """A rule before the rollout decides for those it matches, and only for them."""
    second = {**FINANCE, "name": "again", "serve": states.served("off")}
    snapshot = with_flag(states.flag(rules=[FINANCE, second], rollout=states.share(0)))
    found = asked(snapshot, subject=states.subject(department="finance"))
    assert (found.value, found.rule) == (True, "finance-first")
    assert found.reason is Reason.TARGETING_MATCH
    other = asked(snapshot, subject=ANYONE)
    assert (other.value, other.rule, other.reason) == (False, "rollout", Reason.SPLIT)


@pytest.mark.parametrize(
    "subject",
    [None, states.subject(country="DE")],
    ids=["nobody", "no department"],
)
def test_a_rule_without_an_answer_does_not_match_and_is_noted(
    subject: Subject | None,
) -> None:
    """A missing attribute is no match, and the note names the rule."""
    found = asked(with_flag(states.flag(rules=[FINANCE])), subject=subject)
    assert (found.value, found.reason) == (False, Reason.DEFAULT)
    assert "finance-first" in found.note


def test_nobody_is_not_somebody_without_roles() -> None:
    """A rule for those who lack a role does not match where there is no subject."""
    lacking: JSONValue = [
        "not", ["in", ["lit", "Viewer"], ["get", states.SUBJECT, "roles"]],
    ]  # fmt: skip
    snapshot = with_flag(states.flag(rules=[{**FINANCE, "when": lacking}]))
    assert asked(snapshot).value is False
    assert asked(snapshot, subject=ANYONE).value is True


def test_a_split_needs_no_more_of_a_subject_than_who_it_is() -> None:
    """A role or an attribute that the catalogue does not know moves nobody."""
    snapshot = with_flag(states.flag(rollout=states.share(50_000)))
    for number in range(50):
        known = asked(snapshot, subject=states.subject(f"u{number}"))
        odd = asked(snapshot, subject=states.subject(f"u{number}", "Root", level="x"))
        assert odd == known


@pytest.mark.parametrize(
    ("subject", "note"),
    [
        (None, "no subject"),
        (states.subject(tenant_id="pilot-b"), "another tenant"),
        (states.subject("a\0b"), "visible"),
    ],
    ids=["none", "of another tenant", "odd id"],
)
def test_a_split_without_a_usable_subject_gives_the_default(
    subject: Subject | None, note: str
) -> None:
    """Never at random, and never the first share."""
    snapshot = with_flag(states.flag(rollout=states.share(100_000)))
    found = asked(snapshot, subject=subject)
    assert (found.value, found.reason) == (False, Reason.DEFAULT)
    assert note in found.note


def test_a_prerequisite_must_answer_first() -> None:
    """Where it answers otherwise the flag is off, whatever its override says."""
    record = states.flag(
        prerequisites=[{"flag": "g", "variant": "on"}],
        overrides={
            "pilot-a": states.override("on"), "pilot-b": states.override("on"),
        },
    )  # fmt: skip
    needed = states.flag(overrides={"pilot-b": states.override("on")})
    snapshot = with_flag(record, g=needed)
    unmet = asked(snapshot)
    assert (unmet.value, unmet.reason) == (False, Reason.DISABLED)
    assert unmet.rule == "prerequisite:g"
    assert asked(snapshot, tenant_id="pilot-b").value is True


def test_a_long_chain_of_prerequisites_costs_no_stack_and_no_power_of_two() -> None:
    """Three thousand flags that each need two earlier ones are answered at once."""
    flags: dict[str, JSONObject] = {"f": states.flag(default="on")}
    names = ["f", *(f"f{n}" for n in range(3000))]
    for n in range(1, len(names)):
        needed = {names[n - 1], names[max(0, n - 2)]}
        flags[names[n]] = states.flag(
            default="on",
            prerequisites=[{"flag": name, "variant": "on"} for name in sorted(needed)],
        )
    few = dict(list(flags.items())[:400])
    snapshot = with_flag(few.pop("f"), **few)
    found = evaluate("f398", snapshot, tenant_id="pilot-a", now=NOW)
    assert found.value is True


def test_the_context_takes_part_where_it_fits() -> None:
    """A declared value of its type is seen by conditions."""
    when: JSONValue = [">", ["get", ["var", "context"], "seats"], ["lit", 9]]
    big: JSONObject = {**FINANCE, "when": when}
    snapshot = with_flag(states.flag(rules=[big]))
    assert asked(snapshot, context={"seats": 10}).value is True
    assert asked(snapshot, context={"seats": 9}).value is False


@pytest.mark.parametrize(
    "context",
    [
        {"seats": True},
        {"seats": math.nan},
        {"seats": 2**64},
        {"seats": None},
        {"seats": "10"},
        {"seats": [10]},
        {"plan": "p\0ro", "seats": object()},
        {7: 8},
        {"unknown": "x"},
        [("seats", 10)],
        "seats",
        7,
    ],
)
def test_an_odd_context_is_left_out_with_a_note(
    context: Mapping[str, object],
) -> None:
    """Nothing a caller passes raises, or matches what it only resembles."""
    when: JSONValue = [">", ["get", ["var", "context"], "seats"], ["lit", 0]]
    big: JSONObject = {**FINANCE, "when": when}
    found = asked(with_flag(states.flag(rules=[big])), context=context)
    assert found.value is False
    assert found.note


def test_a_boolean_is_a_boolean_or_the_callers_default() -> None:
    """A text flag, or none at all, gives what the caller would do without."""
    text = states.flag(
        type="string", variants={"a": "A", "b": "B"}, default="a", off="b"
    )
    snapshot = with_flag(states.flag(default="on"), text=text)
    found = {
        flag_id: boolean(
            flag_id, snapshot, tenant_id="pilot-a", now=NOW, default=default
        )
        for flag_id, default in (("f", False), ("text", True), ("none", True))
    }
    assert found == {"f": True, "text": True, "none": True}


def test_an_objects_value_cannot_be_changed_for_others() -> None:
    """Whoever gets a value gets it read-only, all the way down."""
    record = states.flag(
        type="object",
        variants={"a": {"limits": {"rows": [1, 2]}}},
        default="a",
        off="a",
    )
    value = asked(with_flag(record)).value
    assert isinstance(value, Mapping)
    limits = value["limits"]
    assert isinstance(limits, Mapping)
    assert limits["rows"] == (1, 2)
    with pytest.raises(TypeError):
        limits["rows"] = ()  # type: ignore[index]  # what must fail


def on_subjects(weight: int) -> set[str]:
    """Return which of some subjects a rollout to this share reaches."""
    snapshot = with_flag(states.flag(rollout=states.share(weight)))
    return {
        name
        for name in (f"subject-{n}" for n in range(300))
        if asked(snapshot, subject=states.subject(name)).value
    }


def on_tenants(weight: int, tenants: int, *, salt: str = "salt") -> set[str]:
    """Return which of so many tenants a rollout to this share reaches."""
    names = [f"tenant-{n}" for n in range(tenants)]
    snapshot = states.snapshot(
        tenants={name: states.tenant(flags=["f"]) for name in names},
        flags={"f": states.flag(rollout=states.share(weight, "tenant"), salt=salt)},
    )
    return {name for name in names if asked(snapshot, tenant_id=name).value}


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_a_growing_share_keeps_every_subject(one: int, other: int) -> None:
    """Five percent are among the twenty-five, whatever the two shares are."""
    assert on_subjects(min(one, other)) <= on_subjects(max(one, other))


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(1, 12))
def test_a_growing_share_keeps_every_tenant(one: int, other: int, count: int) -> None:
    """The same by tenant."""
    assert on_tenants(min(one, other), count) <= on_tenants(max(one, other), count)


def test_shares_of_subjects_are_about_their_weight() -> None:
    """A quarter of three hundred is 75, give or take three standard deviations."""
    assert 75 - 23 <= len(on_subjects(25_000)) <= 75 + 23


@pytest.mark.parametrize(
    ("weight", "tenants", "expected"),
    [
        (25_000, 8, 2),
        (25_000, 4, 1),
        (5_000, 3, 1),
        (50_000, 3, 2),
        (0, 5, 0),
        (1, 5, 1),
        (100_000, 5, 5),
    ],
)
def test_a_share_of_tenants_is_an_exact_count(
    weight: int, tenants: int, expected: int
) -> None:
    """Rounded up, for every salt: not none here and four there."""
    counts = {len(on_tenants(weight, tenants, salt=f"salt-{n}")) for n in range(12)}
    assert counts == {expected}


def test_different_salts_choose_different_tenants() -> None:
    """No tenant is everybody's first."""
    chosen = [on_tenants(10_000, 10, salt=f"salt-{n}") for n in range(12)]
    assert len(set().union(*chosen)) > 3


def test_only_tenants_that_take_part_are_counted() -> None:
    """Half of the two that take part is one, however many others there are."""
    names = [f"tenant-{n}" for n in range(10)]
    snapshot = states.snapshot(
        tenants={
            n: states.tenant(flags=["f"] if n in names[:2] else []) for n in names
        },
        flags={"f": states.flag(rollout=states.share(50_000, "tenant"))},
    )
    assert sum(asked(snapshot, tenant_id=n).value is True for n in names) == 1


FLAGS = st.dictionaries(
    st.sampled_from(["f", "g", "h"]),
    st.builds(
        lambda default, weight, by, rules: states.flag(
            default=default,
            rollout=None if weight is None else states.share(weight, by),
            rules=[FINANCE] if rules else [],
            overrides={"pilot-b": states.override("on")} if rules else {},
        ),
        st.sampled_from(["on", "off"]),
        st.none() | st.integers(0, 100_000),
        st.sampled_from(["subject", "tenant"]),
        st.booleans(),
    ),
    min_size=1,
)


@given(FLAGS, st.randoms(use_true_random=False), st.text("abc", min_size=1, max_size=3))
def test_reordering_moves_nobody(
    flags: Mapping[str, JSONObject], random: Random, name: str
) -> None:
    """Whichever order flags, tenants and keys stand in, every answer is the same."""

    def shuffled(record: JSONObject) -> JSONObject:
        keys = list(record)
        random.shuffle(keys)
        return {key: record[key] for key in keys}

    names = ["pilot-a", "pilot-b", "pilot-c"]
    tenants = {n: states.tenant(flags=sorted(flags)) for n in names}
    one = states.snapshot(tenants=tenants, flags=flags)
    other = states.snapshot(
        tenants=shuffled(tenants),
        flags=shuffled({key: shuffled(record) for key, record in flags.items()}),
    )
    for flag_id in flags:
        for tenant_id in names:
            subject = states.subject(name, tenant_id=tenant_id, department="finance")
            answers = [
                evaluate(flag_id, s, tenant_id=tenant_id, subject=subject, now=NOW)
                for s in (one, other)
            ]
            assert answers[0] == answers[1]
            assert answers[0].reason in Reason
