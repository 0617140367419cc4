"""The plan of a promotion: what it would record, or why there is none."""

from __future__ import annotations

from companyos.releases.composition import whole
from companyos.releases.entries import GateRecord, GateVerdict, Promotion
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.promotion import PromotionPlan
from release_logs import HOUR, STAGES, START, World, release_of


def world() -> World:
    """Return a log of two releases, the first of them in dev for three hours."""
    world = World().begin()
    world.release("1.0.0", "1.1.0")
    world.bring("1.0.0", "dev")
    return world


def test_a_plan_says_everything_the_entry_will() -> None:
    """What is shown before acting is what is recorded."""
    log = world()
    plan = log.plan("1.1.0", "dev")
    assert isinstance(plan, PromotionPlan)
    assert plan.before == whole(release_of("1.0.0"))
    assert (plan.log_size, plan.log_root) == (4, log.state().root)
    assert plan.body() == Promotion(
        stage="dev",
        version="1.1.0",
        content=whole(release_of("1.1.0")),
        previous=3,
        gates=(
            GateRecord("upstream", GateVerdict.OPEN, "first stage"),
            GateRecord("soak", GateVerdict.OPEN, "none asked"),
            GateRecord("hold", GateVerdict.OPEN, "not held"),
            GateRecord("artifacts", GateVerdict.OPEN, "0 hashed, 2 not at hand"),
        ),
        stages_digest=STAGES.digest,
    )


def test_the_first_promotion_of_a_stage_replaces_nothing() -> None:
    """Nothing was there before."""
    plan = world().plan("1.0.0", "staging")
    assert isinstance(plan, PromotionPlan)
    assert (plan.before, plan.previous) == (None, None)


def test_what_is_there_already_is_said_with_since_when() -> None:
    """Promoting twice is no failure and no second entry."""
    answer = world().plan("1.0.0", "dev")
    assert isinstance(answer, AlreadyThere)
    assert answer.stay.since == START


def test_what_is_there_already_stays_so_whatever_the_gates_say() -> None:
    """An emergency's second run says yes even if a gate has closed since."""
    log = world()
    log.promote("1.0.0", "staging")
    log.now -= 9 * HOUR
    assert isinstance(log.plan("1.0.0", "staging"), AlreadyThere)


def test_a_refusal_names_every_gate_that_objects() -> None:
    """One answer has all that is missing, not only the first of it."""
    answer = world().plan("1.1.0", "pilot")
    assert isinstance(answer, Refusal)
    assert answer.reason == (
        "`1.1.0` may not come to `pilot`: upstream: never at staging; "
        "soak: never at staging"
    )
    assert answer.opens_at is None
