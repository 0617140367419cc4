"""The plan of a rollback: where it leads by itself, and where it may be sent."""

from __future__ import annotations

import pytest

from companyos.errors import UsageError
from companyos.releases.composition import whole
from companyos.releases.entries import PARTS, Part
from companyos.releases.outcomes import AlreadyThere, Refusal
from companyos.releases.rollback import RollbackPlan, plan_rollback
from release_logs import World, release_of


def dev(*versions: str) -> World:
    """Return a log in which these releases came to dev one after the other."""
    world = World().begin()
    world.release(*dict.fromkeys(("1.0.0", *versions)))
    for version in versions:
        world.promote(version, "dev")
    return world


def planned(
    world: World, *, to: str | None = None, only: tuple[Part, ...] = ()
) -> RollbackPlan:
    """Return the plan of a rollback of dev."""
    plan = world.plan_back("dev", to=to, only=only)
    assert isinstance(plan, RollbackPlan), plan
    return plan


def refused(world: World, *, to: str | None = None) -> str:
    """Return why dev cannot be rolled back."""
    answer = world.plan_back("dev", to=to)
    assert isinstance(answer, Refusal), answer
    return answer.reason


def test_a_rollback_leads_to_the_release_before() -> None:
    """All of it goes back, and what is left behind is held."""
    plan = planned(dev("1.0.0", "1.1.0"))
    assert (plan.target, plan.only, plan.held) == ("1.0.0", (), ("1.1.0",))
    assert plan.content == whole(release_of("1.0.0"))
    assert plan.before == whole(release_of("1.1.0"))
    assert plan.body().reason == "exports fail"


def test_a_second_rollback_goes_further_back() -> None:
    """A rollback is never undone by rolling back again."""
    world = dev("1.0.0", "1.1.0", "1.2.0")
    world.roll_back("dev")
    plan = planned(world)
    assert (plan.target, plan.held) == ("1.0.0", ("1.1.0",))


def test_going_back_from_an_older_release_does_not_go_forward() -> None:
    """After skipping one on the way back, it is not what comes next."""
    world = dev("1.0.0", "1.1.0", "1.2.0", "1.3.0")
    world.roll_back("dev", to="1.1.0")
    assert planned(world).target == "1.0.0"


def test_a_rollback_of_a_rollback_of_a_rollback_still_goes_back() -> None:
    """However often it is asked for, the way leads back until nothing is left."""
    world = dev("1.0.0", "1.1.0", "1.2.0", "1.3.0")
    targets = []
    for _ in range(3):
        targets.append(planned(world).target)
        world.roll_back("dev")
    assert targets == ["1.2.0", "1.1.0", "1.0.0"]
    assert refused(world) == "no earlier release of this stage is left to go back to"


def test_a_held_release_is_passed_over() -> None:
    """What was taken back once is not where a later rollback leads."""
    world = dev("1.0.0", "1.1.0")
    world.roll_back("dev")
    world.release("1.2.0")
    world.promote("1.2.0", "dev")
    assert planned(world).target == "1.0.0"


def test_flags_alone_go_back() -> None:
    """The named part comes from the target and the rest stays where it was."""
    plan = planned(dev("1.0.0", "1.1.0"), only=(Part.FLAGS,))
    assert plan.content.versions == {
        Part.ARTIFACTS: "1.1.0",
        Part.TENANTS: "1.1.0",
        Part.POLICIES: "1.1.0",
        Part.FLAGS: "1.0.0",
    }
    old, new = whole(release_of("1.0.0")).digests, whole(release_of("1.1.0")).digests
    assert plan.content.digests == {**new, "flags.json": old["flags.json"]}
    assert plan.held == ("1.1.0",)
    assert plan.content.version is None


def test_artifacts_alone_go_back() -> None:
    """Every artifact of the target comes, and no compiled part does."""
    plan = planned(dev("1.0.0", "1.1.0"), only=(Part.ARTIFACTS,))
    old, new = whole(release_of("1.0.0")).digests, whole(release_of("1.1.0")).digests
    assert plan.content.digests == {
        **new,
        "artifacts/api": old["artifacts/api"],
        "artifacts/web": old["artifacts/web"],
    }


def test_the_rest_can_follow() -> None:
    """From a composed stage a plain rollback leads to the last whole good release."""
    world = dev("1.0.0", "1.1.0")
    world.roll_back("dev", only=[Part.FLAGS])
    plan = planned(world)
    assert (plan.target, plan.held) == ("1.0.0", ("1.1.0",))
    assert plan.content == whole(release_of("1.0.0"))


def test_another_part_can_follow() -> None:
    """Parts can go back one after the other."""
    world = dev("1.0.0", "1.1.0")
    world.roll_back("dev", only=[Part.FLAGS])
    plan = planned(world, only=(Part.POLICIES,))
    from_old = {p for p, v in plan.content.versions.items() if v == "1.0.0"}
    assert from_old == {Part.FLAGS, Part.POLICIES}


def test_the_same_part_again_is_there_already() -> None:
    """A repeated rollback of a part changes nothing."""
    world = dev("1.0.0", "1.1.0")
    world.roll_back("dev", only=[Part.FLAGS])
    answer = world.plan_back("dev", only=[Part.FLAGS])
    assert isinstance(answer, AlreadyThere)


def test_all_parts_by_name_are_the_whole() -> None:
    """Naming every part is the same as naming none, in any order."""
    world = dev("1.0.0", "1.1.0")
    assert planned(world, only=tuple(reversed(PARTS))) == planned(world)


def test_parts_are_recorded_in_their_order() -> None:
    """The same request gives the same entry, however it was typed."""
    plan = planned(dev("1.0.0", "1.1.0"), only=(Part.FLAGS, Part.ARTIFACTS, Part.FLAGS))
    assert plan.only == (Part.ARTIFACTS, Part.FLAGS)


def test_a_rollback_can_be_sent_further() -> None:
    """Any release that was at the stage can be named."""
    plan = planned(dev("1.0.0", "1.1.0", "1.2.0"), to="1.0.0")
    assert (plan.target, plan.held) == ("1.0.0", ("1.2.0",))


def test_a_rollback_cannot_be_sent_to_what_never_was_there() -> None:
    """Gates are not asked, so nothing new may come that way."""
    world = dev("1.0.0", "1.1.0")
    world.release("1.2.0")
    assert refused(world, to="1.2.0").startswith("`1.2.0` was never at `dev`")


def test_a_rollback_cannot_be_sent_to_what_is_held() -> None:
    """A hold keeps a release out, whichever way it comes."""
    world = dev("1.0.0", "1.1.0")
    world.roll_back("dev")
    assert refused(world, to="1.1.0") == "`1.1.0` is held at `dev` since entry 5"


def test_what_is_there_cannot_be_rolled_back_to() -> None:
    """Naming the release that is there changes nothing."""
    assert isinstance(dev("1.0.0").plan_back("dev", to="1.0.0"), AlreadyThere)


def test_an_empty_stage_cannot_go_back() -> None:
    """Where nothing came, nothing can be taken back."""
    assert "nothing is at `dev`" in refused(World().begin())


def test_the_first_release_has_nothing_before_it() -> None:
    """A stage's only release has no predecessor."""
    assert "no earlier release" in refused(dev("1.0.0"))


def test_a_rollback_needs_a_reason() -> None:
    """Whoever reads the log later learns why."""
    state = dev("1.0.0", "1.1.0").state()
    with pytest.raises(UsageError, match="needs a reason"):
        plan_rollback(state, "dev", reason=" \t")


def test_a_rollback_to_no_release_is_the_askers_mistake() -> None:
    """A version that nobody recorded is a typing error, not a refusal."""
    state = dev("1.0.0", "1.1.0").state()
    with pytest.raises(UsageError, match=r"no release `9\.9\.9`"):
        plan_rollback(state, "dev", reason="because", to="9.9.9")
