"""Eligibility: gate by gate, and one answer for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.errors import UsageError
from companyos.releases.eligibility import Eligibility, eligibilities, eligible
from companyos.releases.entries import GateVerdict, Part
from companyos.releases.gates import ArtifactCheck, Evidence, GateResult
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.promotion import PromotionPlan, plan_promotion
from companyos.releases.rollback import RollbackPlan
from release_logs import HOUR, NO_EVIDENCE, STAGES, START, World


@pytest.fixture
def world() -> World:
    """Return a log of two releases that nobody promoted yet."""
    world = World().begin()
    world.release("1.0.0", "1.1.0")
    return world


def standing(
    world: World, version: str, to: str, evidence: Evidence = NO_EVIDENCE
) -> Eligibility:
    """Return how the gates stand now."""
    return eligible(
        world.state(),
        version,
        stage=to,
        stages=STAGES,
        now=world.now,
        evidence=evidence,
    )


def gate(found: Eligibility, name: str) -> GateResult:
    """Return how one gate stands."""
    (result,) = [each for each in found.gates if each.gate == name]
    return result


def test_the_first_stage_asks_for_nothing_before_it(world: World) -> None:
    """Any release may come to the first stage at once."""
    found = standing(world, "1.0.0", "dev")
    assert [each.gate for each in found.gates] == [
        "upstream",
        "soak",
        "hold",
        "artifacts",
    ]
    assert found.is_eligible


def test_no_stage_can_be_skipped(world: World) -> None:
    """A release in dev may not come to pilot."""
    world.bring("1.0.0", "dev")
    found = standing(world, "1.0.0", "pilot")
    assert gate(found, "upstream").verdict is GateVerdict.CLOSED
    assert gate(found, "upstream").detail == "never at staging"
    assert not found.is_eligible


def test_a_release_that_has_left_the_stage_before_still_came_through(
    world: World,
) -> None:
    """A newer release in dev does not keep the older one from staging."""
    world.bring("1.0.0", "dev")
    world.promote("1.1.0", "dev")
    assert standing(world, "1.0.0", "staging").is_eligible


def test_a_release_taken_back_upstream_goes_no_further(world: World) -> None:
    """What was held at the stage before, for cause, stays out of the next."""
    world.bring("1.0.0", "staging")
    world.bring("1.1.0", "dev")
    world.roll_back("dev")
    upstream = gate(standing(world, "1.1.0", "staging"), "upstream")
    assert upstream.verdict is GateVerdict.CLOSED
    assert upstream.detail == "taken back at dev by entry 6: exports fail"


def test_a_release_that_was_there_only_in_part_never_was(world: World) -> None:
    """A composed stage carries no release, so none can go on from it."""
    world.bring("1.0.0", "dev")
    world.bring("1.1.0", "dev")
    world.roll_back("dev", only=[Part.FLAGS])
    current = world.state().stage("dev").current
    assert current is not None
    assert current.content.version is None


@pytest.mark.parametrize(
    ("waited", "verdict"),
    [
        (timedelta(seconds=3599), GateVerdict.CLOSED),
        (timedelta(seconds=3600), GateVerdict.OPEN),
        (timedelta(days=9), GateVerdict.OPEN),
    ],
)
def test_soak_is_over_to_the_second(
    world: World, waited: timedelta, verdict: GateVerdict
) -> None:
    """A stay of exactly the time that is asked for is enough."""
    world.promote("1.0.0", "dev")
    world.now += waited
    assert gate(standing(world, "1.0.0", "staging"), "soak").verdict is verdict


def test_soak_says_when_waiting_is_enough(world: World) -> None:
    """The answer has the time at which the gate opens, if nothing happens."""
    world.promote("1.0.0", "dev")
    world.now += timedelta(minutes=20)
    result = gate(standing(world, "1.0.0", "staging"), "soak")
    assert result.detail == "20m of 1h at dev"
    assert result.opens_at == START + HOUR
    refusal = world.plan("1.0.0", "staging")
    assert isinstance(refusal, Refusal)
    assert refusal.opens_at == START + HOUR


def test_waiting_is_not_promised_where_it_does_not_help(world: World) -> None:
    """A refusal that has another cause as well names no time."""
    world.bring("1.0.0", "dev")
    world.promote("1.1.0", "dev")
    wrong = Evidence({"api": ArtifactCheck.DIFFERS})
    refusal = world.plan("1.1.0", "staging", wrong)
    assert isinstance(refusal, Refusal)
    assert refusal.opens_at is None


def test_soak_does_not_add_up(world: World) -> None:
    """Two short stays are not one long stay."""
    for version in ("1.0.0", "1.1.0", "1.0.0", "1.1.0"):
        world.promote(version, "dev")
        world.now += timedelta(minutes=50)
    result = gate(standing(world, "1.0.0", "staging"), "soak")
    assert (result.verdict, result.opens_at) == (GateVerdict.CLOSED, None)
    assert result.detail == "50m of 1h at dev"


def test_the_longest_stay_counts(world: World) -> None:
    """A short second stay does not take away what a long first one showed."""
    world.bring("1.0.0", "dev")
    world.bring("1.1.0", "dev")
    world.promote("1.0.0", "dev")
    assert gate(standing(world, "1.0.0", "staging"), "soak").detail == "3h of 1h at dev"


def test_a_clock_behind_counts_as_no_time_at_all(world: World) -> None:
    """A reader whose clock is behind the entry's time waits longer, never less."""
    world.promote("1.0.0", "dev")
    world.now -= timedelta(days=9)
    result = gate(standing(world, "1.0.0", "staging"), "soak")
    assert result.verdict is GateVerdict.CLOSED
    assert result.detail == "0s of 1h at dev"


def test_an_artifact_that_is_not_the_released_one_closes(world: World) -> None:
    """Hashing found another file under the artifact's name."""
    wrong = Evidence({"web": ArtifactCheck.DIFFERS, "api": ArtifactCheck.MATCHES})
    result = gate(standing(world, "1.0.0", "dev", wrong), "artifacts")
    assert result.verdict is GateVerdict.CLOSED
    assert result.detail == "not the file that was released: web"


def test_an_artifact_that_is_not_at_hand_is_said_to_be(world: World) -> None:
    """An artifact elsewhere is no objection, and the detail says it was not seen."""
    some = Evidence({"web": ArtifactCheck.MATCHES, "api": ArtifactCheck.ABSENT})
    result = gate(standing(world, "1.0.0", "dev", some), "artifacts")
    assert result.verdict is GateVerdict.OPEN
    assert result.detail == "1 hashed, 1 not at hand"


def test_what_was_taken_back_does_not_come_back(world: World) -> None:
    """A hold closes its gate at the stage, and says why and since when."""
    world.bring("1.0.0", "dev")
    world.bring("1.1.0", "dev")
    world.roll_back("dev")
    found = standing(world, "1.1.0", "dev")
    assert gate(found, "hold").verdict is GateVerdict.CLOSED
    assert gate(found, "hold").detail == "held at dev since entry 5: exports fail"
    assert standing(world, "1.0.0", "dev").is_eligible


def test_unknown_names_are_the_askers_mistake(world: World) -> None:
    """A release or stage that is none is not merely ineligible."""
    with pytest.raises(UsageError, match=r"no release `9\.9\.9`"):
        standing(world, "9.9.9", "dev")
    with pytest.raises(UsageError, match="no stage `prod`") as caught:
        standing(world, "1.0.0", "prod")
    assert caught.value.hint == "the stages are: dev, staging, pilot"


def test_unknown_never_passes() -> None:
    """Only open lets through; nothing asked is not open."""

    def verdict(*verdicts: GateVerdict) -> GateVerdict:
        results = tuple(GateResult("g", each, "") for each in verdicts)
        return Eligibility("1.0.0", "dev", results).verdict

    opened, closed, unknown = (
        GateVerdict.OPEN,
        GateVerdict.CLOSED,
        GateVerdict.UNKNOWN,
    )
    assert verdict(opened, opened) is opened
    assert verdict(opened, unknown) is unknown
    assert verdict(unknown, closed) is closed
    assert verdict() is unknown


# What can happen to a log: which release, which stage, and how long after.
happenings = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-3600, 10_800)),
    max_size=8,
)


def lived(happened: Sequence[tuple[int, int, int]]) -> World:
    """Return a log in which this happened, as far as the rules let it."""
    world = World().begin()
    world.release("1.0.0", "1.1.0", "1.2.0")
    for release, stage, seconds in happened:
        if stage == len(STAGES.stages):
            back = world.plan_back("dev")
            if isinstance(back, RollbackPlan):
                world.record(back.body())
        else:
            plan = world.plan(f"1.{release}.0", list(STAGES.stages)[stage])
            if isinstance(plan, PromotionPlan):
                world.record(plan.body())
        world.now += timedelta(seconds=seconds)
    return world


@given(happenings, st.sampled_from(list(STAGES.stages)))
def test_the_list_and_the_decision_agree(
    happened: list[tuple[int, int, int]], to: str
) -> None:
    """What the list calls eligible is planned, and what it does not is refused."""
    world = lived(happened)
    state = world.state()
    listed = eligibilities(
        state, to, stages=STAGES, now=world.now, evidence=NO_EVIDENCE
    )
    assert [found.version for found in listed] == ["1.2.0", "1.1.0", "1.0.0"]
    for found in listed:
        plan = plan_promotion(
            state,
            found.version,
            stage=to,
            stages=STAGES,
            now=world.now,
            evidence=NO_EVIDENCE,
        )
        current = state.stage(to).current
        there = current is not None and current.content.version == found.version
        if there:
            assert isinstance(plan, AlreadyThere)
        elif found.is_eligible:
            assert isinstance(plan, PromotionPlan)
            assert plan.eligibility == found
        else:
            assert isinstance(plan, Refusal)
            assert plan.eligibility == found


@pytest.fixture(scope="module")
def soaking() -> World:
    """Return a log whose release is in dev since the start."""
    world = World().begin()
    world.release("1.0.0")
    world.promote("1.0.0", "dev")
    return world


@given(st.integers(-20_000, 20_000))
def test_soak_opens_once_and_for_good(soaking: World, seconds: int) -> None:
    """The gate is closed before one moment and open from it on."""
    found = eligible(
        soaking.state(),
        "1.0.0",
        stage="staging",
        stages=STAGES,
        now=START + timedelta(seconds=seconds),
        evidence=NO_EVIDENCE,
    )
    assert found.is_eligible == (seconds >= STAGES.stages["staging"].soak_seconds)
