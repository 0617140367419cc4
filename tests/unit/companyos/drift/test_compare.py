"""Drift: how each service stands, and that unknown never passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.digests import digest_of_value
from companyos.drift import (
    Answer,
    Desired,
    DriftReport,
    Earlier,
    LastAttempt,
    LoadedState,
    Part,
    Standing,
    Unreachable,
    Verdict,
    compare,
)
from companyos.drift.state import Outcome

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
GRACE = timedelta(minutes=5)
TENANTS = ("internal", "pilot-a", "pilot-b")


def digest(name: str) -> str:
    """Return a digest that stands for `name`."""
    return digest_of_value(name)


def components(name: str) -> dict[str, str]:
    """Return the components' digests of the state called `name`."""
    return {part: digest(f"{name}/{part}") for part in ("tenants", "policies", "flags")}


def root(name: str) -> str:
    """Return the root digest of the state called `name`."""
    return digest_of_value(components(name))


def tenant_digests(tenant_id: str, name: str = "new") -> Mapping[str, str]:
    """Return a tenant's digests in the state called `name`."""
    parts = ("tenant", "policies", "flags")
    return {part: digest(f"{name}/{tenant_id}/{part}") for part in parts}


def never(tenant_id: str) -> Mapping[str, str]:
    """Fail: no tenant should have been looked at."""
    raise AssertionError(f"`{tenant_id}` was looked at")


def all_tenants(name: str) -> dict[str, Mapping[str, str]]:
    """Return the digests of all tenants in the state called `name`."""
    return {tenant_id: tenant_digests(tenant_id, name) for tenant_id in TENANTS}


DESIRED = Desired(
    stage="pilot",
    root=root("new"),
    components=components("new"),
    artifacts={"exports": digest("artifact/new")},
    promoted_at=NOW - timedelta(hours=1),
    tenants=TENANTS,
    tenant_digests=tenant_digests,
    earlier=(Earlier(root("old"), {"exports": digest("artifact/old")}),),
    grace=GRACE,
    age_max=timedelta(minutes=2),
)
YOUNG = replace(DESIRED, promoted_at=NOW - timedelta(minutes=1))


def state(name: str = "new", **changes: object) -> LoadedState:
    """Return what `exports` reports with the state called `name` loaded."""
    report = LoadedState(
        service="exports",
        instance="host:1",
        stage="pilot",
        version="1.0.0",
        artifact=digest("artifact/new"),
        root=root(name),
        components=components(name),
        log_entry=6,
        loaded_at=NOW,
        reported_at=NOW,
        last_attempt=LastAttempt(NOW, Outcome.LOADED, None),
    )
    return replace(report, **changes)  # type: ignore[arg-type]  # by name


def report_on(answer: Answer, desired: Desired = DESIRED) -> DriftReport:
    """Return the report where `exports` is the only service."""
    return compare(desired, [("exports", answer)], now=NOW)


def standings(report: DriftReport) -> set[tuple[Part, str | None, Standing]]:
    """Return which part of which tenant stands how, but for what is in sync."""
    return {
        (row.part, row.tenant_id, row.standing)
        for row in report.services[0].rows
        if row.standing is not Standing.IN_SYNC
    }


def test_an_equal_root_is_in_sync_without_a_look_at_tenants() -> None:
    """Ten thousand tenants in sync cost nothing."""
    report = report_on(state(), replace(DESIRED, tenant_digests=never))
    assert report.verdict is Verdict.IN_SYNC
    assert report.counts[Standing.IN_SYNC] == 1 + 3 * len(TENANTS)
    assert {row.tenant_id for row in report.services[0].rows} == {None}


def test_only_the_tenants_that_differ_are_reported() -> None:
    """One tenant's flags differ: that is one row, and drift."""
    tenants = all_tenants("new")
    tenants["pilot-a"] = {**tenants["pilot-a"], "flags": digest("strange")}
    mixed = {**components("new"), "flags": digest("strange")}
    answer = state(root=digest_of_value(mixed), components=mixed, tenants=tenants)
    report = report_on(answer)
    assert standings(report) == {(Part.FLAGS, "pilot-a", Standing.DRIFT)}
    assert report.verdict is Verdict.DRIFT
    assert report.counts[Standing.IN_SYNC] == 1 + 3 * len(TENANTS) - 1


@pytest.mark.parametrize(
    ("desired", "standing", "verdict"),
    [
        (YOUNG, Standing.PENDING, Verdict.IN_SYNC),
        (DESIRED, Standing.DRIFT, Verdict.DRIFT),
    ],
    ids=["young", "old"],
)
def test_what_was_promoted_before_is_pending_for_a_while(
    desired: Desired, standing: Standing, verdict: Verdict
) -> None:
    """Within the grace an earlier state is pending, after it drift."""
    answer = state("old", tenants=all_tenants("old"), artifact=digest("artifact/old"))
    report = report_on(answer, desired)
    assert {row.standing for row in report.services[0].rows} == {standing}
    assert report.verdict is verdict


def test_what_was_never_promoted_is_drift_at_once() -> None:
    """No grace for a state that the stage never had."""
    answer = state("strange", tenants=all_tenants("strange"))
    assert report_on(answer, YOUNG).verdict is Verdict.DRIFT
    other = state(artifact=digest("artifact/strange"))
    assert report_on(other, YOUNG).verdict is Verdict.DRIFT


def test_a_root_that_differs_outside_of_tenants_is_drift() -> None:
    """All tenants equal and another root: identity settings, or a lie."""
    strange = {**components("new"), "tenants": digest("other identity")}
    answer = state(
        root=digest_of_value(strange), components=strange, tenants=all_tenants("new")
    )
    report = report_on(answer)
    assert standings(report) == {(Part.TENANT, None, Standing.DRIFT)}


def test_a_tenant_that_is_not_loaded_is_drift() -> None:
    """A list that lacks a tenant is no list in which it is in sync."""
    tenants = all_tenants("new")
    del tenants["pilot-b"]
    answer = state("other", tenants=tenants)
    found = standings(report_on(answer))
    assert {(part, "pilot-b", Standing.DRIFT) for part in list(Part)[1:]} <= found


def test_a_tenant_that_should_not_be_loaded_is_drift() -> None:
    """Who left is still served, and that is seen."""
    tenants = {**all_tenants("new"), "gone": tenant_digests("gone")}
    report = report_on(state("other", tenants=tenants))
    assert (Part.FLAGS, "gone", Standing.DRIFT) in standings(report)
    assert report.counts[Standing.IN_SYNC] == 1 + 3 * len(TENANTS)


@pytest.mark.parametrize(
    "answer",
    [
        Unreachable("connection refused"),
        state("other"),
        state("other", service="settings"),
        state(service="settings"),
        state(artifact=None),
    ],
    ids=["down", "no tenants", "both", "another service", "artifact"],
)
def test_what_is_not_known_is_unknown(answer: Answer) -> None:
    """No answer, half an answer and somebody else's answer never pass."""
    report = report_on(answer)
    assert report.verdict is Verdict.UNKNOWN
    assert report.counts[Standing.UNKNOWN] > 0
    assert all(
        row.reason
        for row in report.services[0].rows
        if row.standing is Standing.UNKNOWN
    )


@pytest.mark.parametrize("minutes", [-3, 3])
def test_an_old_report_is_stale(minutes: int) -> None:
    """So is one from the future, which would otherwise stay young for ever."""
    report = report_on(state(reported_at=NOW + timedelta(minutes=minutes)))
    assert set(report.services[0].counts) == set(Standing)
    assert report.counts[Standing.STALE] == 1 + 3 * len(TENANTS)
    assert report.counts[Standing.IN_SYNC] == 0
    assert report.verdict is Verdict.UNKNOWN


def test_a_service_that_has_loaded_nothing_has_drifted() -> None:
    """That nothing is loaded is known, and why is said."""
    failed = LastAttempt(NOW, Outcome.FAILED, "`flags.json` is not what …")
    answer = state(root=None, components=None, loaded_at=None, last_attempt=failed)
    report = report_on(answer, YOUNG)
    assert report.verdict is Verdict.DRIFT
    assert "flags.json" in report.services[0].rows[-1].reason


def test_drift_that_was_seen_outweighs_what_was_not() -> None:
    """One service drifts and another is down: the answer is drift."""
    told: list[tuple[str, Answer]] = [
        ("settings", Unreachable("down")),
        ("exports", state("strange", tenants=all_tenants("strange"))),
    ]
    assert compare(DESIRED, told, now=NOW).verdict is Verdict.DRIFT


def test_no_answer_at_all_is_unknown() -> None:
    """Neither no services nor services nobody asked are in sync."""
    nothing = compare(replace(DESIRED, artifacts={}), [], now=NOW)
    assert nothing.verdict is Verdict.UNKNOWN
    report = compare(DESIRED, [], now=NOW)
    assert [service.service for service in report.services] == ["exports"]
    assert report.verdict is Verdict.UNKNOWN


def test_a_stage_without_tenants_is_still_unknown_when_nobody_answers() -> None:
    """Nothing to compare does not make an unreachable service pass."""
    bare = replace(DESIRED, tenants=(), artifacts={})
    assert report_on(Unreachable("down"), bare).verdict is Verdict.UNKNOWN


@given(
    st.sampled_from(["new", "old", "strange"]),
    st.none()
    | st.dictionaries(
        st.sampled_from([*TENANTS, "gone"]),
        st.sampled_from(["new", "old", "strange"]),
    ),
    st.integers(-10, 10),
    st.booleans(),
)
def test_in_sync_means_the_desired_root_and_nothing_less(
    name: str,
    loaded: dict[str, str] | None,
    minutes: int,
    young: bool,  # noqa: FBT001 - generated
) -> None:
    """Whatever a service reports, only the desired root or a young promotion passes."""
    tenants = None
    if loaded is not None:
        tenants = {t: tenant_digests(t, n) for t, n in loaded.items()}
    answer = state(name, tenants=tenants, reported_at=NOW + timedelta(minutes=minutes))
    report = report_on(answer, YOUNG if young else DESIRED)
    if report.verdict is Verdict.IN_SYNC:
        assert name == "new" or (name == "old" and young)
        assert abs(minutes) <= 2
    if name == "new" and abs(minutes) <= 2:
        assert report.verdict is Verdict.IN_SYNC


def test_without_a_promoted_artifact_any_artifact_will_do() -> None:
    """The release has none for this service, so there is nothing to differ from."""
    bare = replace(DESIRED, artifacts={})
    for artifact in (None, digest("artifact/of nobody")):
        report = report_on(state(artifact=artifact), bare)
        assert report.verdict is Verdict.IN_SYNC
        assert Part.ARTIFACT not in {row.part for row in report.services[0].rows}


def test_a_service_that_follows_another_stage_has_drifted() -> None:
    """It did answer, and what it loads is not this stage's, though equal by chance."""
    report = report_on(state(stage="dev"))
    assert report.verdict is Verdict.DRIFT
    assert {row.reason for row in report.services[0].rows if row.reason} == {
        "it follows stage `dev`"
    }


def test_another_stage_is_never_a_pending_promotion() -> None:
    """What was promoted here before is no excuse for following another stage."""
    astray = state("old", stage="dev", tenants=all_tenants("old"))
    assert report_on(replace(astray, stage="pilot"), YOUNG).counts[Standing.PENDING]
    report = report_on(astray, YOUNG)
    assert report.counts[Standing.PENDING] == 0
    assert report.verdict is Verdict.DRIFT
