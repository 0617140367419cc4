"""Replaying entries: what may follow what, whoever signed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from companyos.errors import IntegrityError
from companyos.releases.composition import taken_back, whole
from companyos.releases.entries import (
    Body,
    Content,
    GateRecord,
    GateVerdict,
    Kind,
    Part,
    Promotion,
    Rollback,
)
from companyos.releases.merkle import leaf_hash, root_of
from companyos.releases.replay import replay, replay_known
from companyos.releases.state import EMPTY
from companyos.signing import KeyVerifier
from release_logs import HOUR, ORIGIN, STAGES, START, World, release_of


@pytest.fixture
def world() -> World:
    """Return a log where 1.0.0 is everywhere and 1.1.0 is in staging."""
    world = World().begin()
    world.release("1.0.0", "1.1.0", "1.2.0")
    world.bring("1.0.0", "pilot")
    world.bring("1.1.0", "staging")
    return world


def refused(world: World, body: Body, says: str, person: str = "rita") -> None:
    """Assert that nobody can append the body, although its signature holds."""
    file = world.sign(world.entry(body, person))
    with pytest.raises(IntegrityError, match=says):
        replay(world.state(), [file], KeyVerifier())


def promotion(version: str, to: str, previous: int | None) -> Promotion:
    """Return a promotion as a careful writer makes it."""
    gate = GateRecord("upstream", GateVerdict.OPEN, "came through")
    content = whole(release_of(version))
    return Promotion(to, version, content, previous, (gate,), STAGES.digest)


def rollback(world: World, **changes: object) -> Rollback:
    """Return a good rollback of staging to 1.0.0, with some members changed."""
    plan = world.plan_back("staging")
    body = plan.body()  # type: ignore[union-attr]  # checked by its use
    return replace(body, **changes)


def test_the_state_tells_the_whole_story(world: World) -> None:
    """Stays, their times, what brought them, and the tree over the files."""
    state = world.state()
    staging = state.stage("staging")
    assert [
        (stay.content.version, stay.how, stay.index) for stay in staging.history
    ] == [("1.0.0", Kind.PROMOTION, 5), ("1.1.0", Kind.PROMOTION, 8)]
    first, current = staging.history
    assert (first.since, first.until) == (START + 3 * HOUR, START + 12 * HOUR)
    assert (current.since, current.until) == (START + 12 * HOUR, None)
    assert staging.current == current
    assert state.origin == ORIGIN
    leaves = [leaf_hash(world.file(index)) for index in range(state.size)]
    assert state.root == root_of(leaves).hex()
    assert state.roots[3] == root_of(leaves[:4]).hex()
    assert state.operations["op-4"] == 3
    assert list(state.releases) == ["1.0.0", "1.1.0", "1.2.0"]


def test_entry_by_entry_is_the_same_as_all_at_once(world: World) -> None:
    """Replaying can stop and go on anywhere, and earlier states stay as they were."""
    files = [world.file(index) for index in range(world.state().size)]
    states = [EMPTY]
    for file in files:
        states.append(replay(states[-1], [file], KeyVerifier()).state)
    assert states[-1] == world.state()
    assert [state.size for state in states] == list(range(len(files) + 1))
    assert states[3] == replay(EMPTY, files[:3], KeyVerifier()).state


def test_a_known_root_spares_the_signatures(world: World) -> None:
    """The same files give the same state; others are noticed."""
    state = world.state()
    files = [world.file(index) for index in range(state.size)]
    assert replay_known(files, root=state.root).state == state
    with pytest.raises(IntegrityError, match="not those verified earlier"):
        replay_known(files[:-1], root=state.root)


def test_a_clock_behind_is_told_and_not_refused(world: World) -> None:
    """Order is the log's; entries that claim to be older are only remembered."""
    world.now -= timedelta(days=300)
    world.promote("1.2.0", "dev")
    assert world.state().backwards == (9,)


def test_a_version_is_released_once(world: World) -> None:
    """A release can never be changed under its name, nor under another case."""
    refused(world, release_of("1.0.0"), "release `1.0.0` is already recorded")
    world.release("2.0.0-rc.1")
    refused(world, release_of("2.0.0-RC.1"), "already recorded")


def test_an_unknown_release_cannot_be_promoted(world: World) -> None:
    """What is promoted was released before."""
    body = promotion("9.9.9", "dev", 7)
    refused(world, body, r"entry 9 .* release `9.9.9` is not recorded before it")


def test_a_promotion_says_what_it_replaces(world: World) -> None:
    """A promotion decided on an older state of the stage is refused."""
    refused(world, promotion("1.2.0", "dev", 4), "replaces what entry 4 brought")
    refused(world, promotion("1.2.0", "dev", None), "replaces what entry None")
    refused(world, promotion("1.2.0", "newstage", 3), "holds what entry None")


def test_a_promotion_is_all_of_its_release(world: World) -> None:
    """No part, and no artifact, can come from elsewhere."""
    good = promotion("1.2.0", "dev", 7)
    older = whole(release_of("1.1.0"))
    mixed = Content(
        {**good.content.versions, Part.FLAGS: "1.1.0"}, good.content.digests
    )
    refused(world, replace(good, content=older), "is not all of release `1.2.0`")
    refused(world, replace(good, content=mixed), "is not all of release `1.2.0`")
    digests = {
        name: digest
        for name, digest in good.content.digests.items()
        if name != "artifacts/web"
    }
    fewer = Content(good.content.versions, digests)
    refused(world, replace(good, content=fewer), "is not all of release `1.2.0`")


@pytest.mark.parametrize("verdict", [GateVerdict.CLOSED, GateVerdict.UNKNOWN])
def test_a_promotion_through_a_gate_that_was_not_open(
    world: World, verdict: GateVerdict
) -> None:
    """Only open lets through, whatever the signer decided."""
    gates = (GateRecord("soak", verdict, "1h of 2h"),)
    body = replace(promotion("1.2.0", "dev", 7), gates=gates)
    refused(world, body, f"gate `soak` was {verdict}")


def test_a_promotion_that_changes_nothing(world: World) -> None:
    """A stay cannot be begun anew: its soak would be."""
    refused(world, promotion("1.1.0", "dev", 7), "it changes nothing")


def test_a_held_release_cannot_be_promoted(world: World) -> None:
    """A hold binds every signer, not only who asks the gates."""
    world.roll_back("staging")
    refused(
        world, promotion("1.1.0", "staging", 9), "is held at `staging` since entry 9"
    )


ILL_ROLLBACKS: dict[str, tuple[Callable[[World], Rollback], str]] = {
    "to what never was there": (
        lambda world: rollback(
            world, target="1.2.0", content=whole(release_of("1.2.0"))
        ),
        "its target `1.2.0` was never at `staging`",
    ),
    "with another content": (
        lambda world: rollback(world, content=whole(release_of("1.2.0"))),
        "not what its target and parts make",
    ),
    "of parts, with the content of all": (
        lambda world: rollback(world, only=(Part.FLAGS,)),
        "not what its target and parts make",
    ),
    "holding nothing": (
        lambda world: rollback(world, held=()),
        "`predicate.held` is not what the rollback leaves",
    ),
    "holding what it leads to": (
        lambda world: rollback(world, held=("1.0.0", "1.1.0")),
        "`predicate.held`",
    ),
    "from an older state": (
        lambda world: rollback(world, previous=5),
        "replaces what entry 5 brought",
    ),
    "with a part twice": (
        lambda world: rollback(world, only=(Part.FLAGS, Part.FLAGS)),
        "`predicate.only` is not in order",
    ),
    "of another stage": (
        lambda world: rollback(world, stage="nowhere"),
        "replaces what entry 8 brought, and the stage holds what entry None",
    ),
}


@pytest.mark.parametrize("ill", ILL_ROLLBACKS)
def test_a_rollback_leads_to_what_was_there(world: World, ill: str) -> None:
    """Who may only roll back cannot bring anything new that way."""
    body, says = ILL_ROLLBACKS[ill]
    refused(world, body(world), says, person="olga")


def test_a_rollback_to_what_is_held(world: World) -> None:
    """What was taken back cannot come back by a second rollback."""
    before = rollback(world)
    world.roll_back("staging")
    current = world.state().stage("staging").current
    assert current is not None
    back = replace(
        before,
        target="1.1.0",
        content=whole(release_of("1.1.0")),
        previous=current.index,
        held=("1.0.0",),
    )
    refused(world, back, "its target `1.1.0` was held at `staging`")


def test_two_signers_with_one_key(world: World) -> None:
    """A key says who signed, so it belongs to one signer."""
    trust = world.trust
    twin = replace(trust.signers["olga"], signer_id="twin")
    twins = replace(trust, signers={**trust.signers, "twin": twin})
    refused(world, twins, "one public key stands for two signers")


def test_a_threshold_that_nobody_can_reach(world: World) -> None:
    """People are counted, not keys: two keys of one person are one root."""
    trust = world.trust
    again = replace(trust.signers["olga"], person=trust.signers["rita"].person)
    more = replace(again, may=again.may | {"root"})
    signers = {**trust.signers, "olga": more}
    body = replace(trust, signers=signers, root_threshold=2)
    refused(world, body, "1 people hold `root` where the threshold asks for 2")


def test_parts_are_taken_back_without_touching_the_others() -> None:
    """Composition replaces what is named, and all where nothing is."""
    versions = whole(release_of("1.1.0")).versions
    assert taken_back(versions, [Part.FLAGS], target="1.0.0") == {
        Part.ARTIFACTS: "1.1.0",
        Part.TENANTS: "1.1.0",
        Part.POLICIES: "1.1.0",
        Part.FLAGS: "1.0.0",
    }
    assert set(taken_back(versions, [], target="1.0.0").values()) == {"1.0.0"}


def test_a_log_that_nobody_may_govern_cannot_begin() -> None:
    """The first entry names at least one root signer."""
    world = World()
    trust = world.trust
    signers = {"devin": trust.signers["devin"]}
    file = world.sign(world.entry(replace(trust, signers=signers), "devin"))
    with pytest.raises(IntegrityError, match="nobody in it holds `root`"):
        replay(EMPTY, [file], KeyVerifier())


def test_a_known_root_does_not_excuse_what_the_log_forbids() -> None:
    """Sparing the signatures spares nothing else."""
    world = World()
    file = world.sign(world.entry(release_of("1.0.0")))
    with pytest.raises(IntegrityError, match="must be of kind `trust`"):
        replay_known([file], root=root_of([leaf_hash(file)]).hex())


NOT_BUNDLES = (
    b"",
    b"[]",
    b"{}",
    b'{"dsseEnvelope":[]}',
    b'{"dsseEnvelope":{"payload":1}}',
    b'{"dsseEnvelope":{"payload":"*"}}',
    b'{"dsseEnvelope":{"payload":"e30="}}',
    b"\xff",
    b"[" * 100_000,
)


@pytest.mark.parametrize("file", NOT_BUNDLES)
def test_a_file_that_is_no_entry_is_refused_with_its_place(file: bytes) -> None:
    """Whatever stands in the file, the message says where."""
    where = r"^entry 0 \(releases/log/000000/"
    with pytest.raises(IntegrityError, match=where):
        replay(EMPTY, [file], KeyVerifier())
    with pytest.raises(IntegrityError, match=where):
        replay_known([file], root="a" * 64)
