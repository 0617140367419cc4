"""Appending: exactly once, whoever else writes and however often it is tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companyos.errors import (
    ContentionError,
    IntegrityError,
    UnavailableError,
    UsageError,
)
from companyos.releases.appending import (
    Appended,
    Draft,
    Settled,
    Writer,
    append,
)
from companyos.releases.entries import Body, Part, Release
from companyos.releases.paths import entry_path
from companyos.releases.promotion import PromotionPlan, plan_promotion
from companyos.releases.state import LogState
from companyos.releases.store import NewTag, Outcome, Publication
from companyos.releases.verification import Verified
from companyos.testing import MemoryStore
from release_logs import (
    NO_EVIDENCE,
    ORIGIN,
    STAGES,
    START,
    World,
    release_of,
    settled,
)


@pytest.fixture
def world() -> World:
    """Return a log of two releases that nobody promoted yet."""
    world = World().begin()
    world.release("1.0.0", "1.1.0")
    return world


def write(
    writer: Writer, body: Body, operation_id: str = "ci-1"
) -> Appended | Settled[object]:
    """Append the body, whatever the log says."""
    return append(
        writer,
        lambda _state, _head: Draft(body),
        operation_id=operation_id,
        last_seen=None,
    )


def promote(
    writer: Writer, version: str, operation_id: str = "ci-1"
) -> Appended | Settled[object]:
    """Promote a release to dev, planning anew on each state of the log."""

    def decide(state: LogState, _head: str | None) -> Draft | Settled[object]:
        plan = plan_promotion(
            state,
            version,
            stage="dev",
            stages=STAGES,
            now=START,
            evidence=NO_EVIDENCE,
        )
        if isinstance(plan, PromotionPlan):
            return Draft(plan.body())
        return Settled(plan)

    return append(writer, decide, operation_id=operation_id, last_seen=None)


def test_an_entry_and_its_tag_appear_together(world: World) -> None:
    """The commit adds one file, and the tag points at that commit."""
    done = promote(world.writer(), "1.0.0")
    assert isinstance(done, Appended)
    assert (done.tag, done.already, done.attempts) == ("promote/dev/3", False, 1)
    assert done.state == world.state()
    head = world.remote.commits[world.remote.head or ""]
    assert list(head.changes) == [entry_path(3)]
    assert world.remote.tags["promote/dev/3"].target == head.commit


def test_people_can_read_the_history(world: World) -> None:
    """Commit and tag say in one line what happened, and tools find the rest."""
    world.promote("1.0.0", "dev")
    world.promote("1.1.0", "dev")
    world.roll_back("dev", only=[Part.FLAGS, Part.POLICIES])
    messages = [commit.message for commit in world.remote.line(world.remote.head)]
    assert messages[0] == (
        "dev: roll back policies, flags to v1.0.0\n\n"
        "exports fail\n\n"
        "Companyos-Entry: 5\nCompanyos-Operation: op-6\n"
    )
    assert [message.splitlines()[0] for message in messages[1:]] == [
        "dev: v1.1.0",
        "dev: v1.0.0",
        "release: v1.1.0",
        "release: v1.0.0",
        "trust: who may sign what",
    ]
    tag = world.remote.tags["promote/dev/5"]
    assert tag.message == (
        "dev: roll back policies, flags to v1.0.0\n\n"
        "Companyos-Log-Size: 6\n"
        f"Companyos-Log-Root: {world.state().root}\n"
        "Companyos-Entry: 5\n"
    )


def test_a_whole_rollback_reads_as_one(world: World) -> None:
    """No part is named where all of it went back."""
    world.promote("1.0.0", "dev")
    world.promote("1.1.0", "dev")
    world.roll_back("dev")
    line = world.remote.tags["promote/dev/5"].message.splitlines()[0]
    assert line == "dev: roll back to v1.0.0"


def test_a_release_tag_is_at_the_source_commit(world: World) -> None:
    """Checking a release's tag out gives what it was built from."""
    source = world.remote.head
    world.release("1.2.0")
    assert world.remote.tags["release/1.2.0"].target == source


def test_running_it_again_finds_its_own_entry(world: World) -> None:
    """A second run with the same operation id appends nothing."""
    first = promote(world.writer(), "1.0.0")
    again = promote(world.writer(), "1.1.0")
    assert isinstance(first, Appended)
    assert isinstance(again, Appended)
    assert again.already
    assert (again.entry, again.tag) == (first.entry, first.tag)
    assert world.state().size == 4


def test_an_answer_that_got_lost_is_found_by_the_next_run(world: World) -> None:
    """The remote took the entry and the line broke before it could say so."""

    class BrokenLine(MemoryStore):
        """A store whose remote answers nothing after it did what it was asked."""

        def publish(self, publication: Publication) -> Outcome:
            super().publish(publication)
            raise UnavailableError("the remote hung up")

    broken = world.writer(store=BrokenLine(world.remote))
    with pytest.raises(UnavailableError):
        promote(broken, "1.0.0")
    done = promote(world.writer(), "1.0.0")
    assert isinstance(done, Appended)
    assert done.already
    assert world.state().size == 4


def test_who_loses_a_race_decides_anew(world: World) -> None:
    """Both entries are there, and the second builds on the first."""
    rivals = ["1.1.0"]

    def rival(_publication: Publication) -> None:
        if rivals:
            world.promote(rivals.pop(), "dev")

    done = promote(world.writer(store=world.clone(rival)), "1.0.0")
    assert isinstance(done, Appended)
    assert (done.entry.position.index, done.attempts) == (4, 2)
    history = world.verify().state.stage("dev").history
    assert [stay.content.version for stay in history] == ["1.1.0", "1.0.0"]


def test_who_loses_a_race_to_the_same_wish_has_nothing_to_do(world: World) -> None:
    """Two people promote the same release: one entry, and both hear yes."""
    rivals = ["1.0.0"]

    def rival(_publication: Publication) -> None:
        if rivals:
            world.promote(rivals.pop(), "dev")

    done = promote(world.writer(store=world.clone(rival)), "1.0.0")
    answer = settled(done)
    assert getattr(answer, "stage", None) == "dev"
    assert world.state().size == 4


def test_a_race_lost_to_another_run_of_the_same_operation(world: World) -> None:
    """A job that was started twice writes one entry."""
    rivals = ["ci-1"]

    def rival(_publication: Publication) -> None:
        if rivals:
            promote(world.writer(), "1.0.0", rivals.pop())

    done = promote(world.writer(store=world.clone(rival)), "1.0.0")
    assert isinstance(done, Appended)
    assert done.already
    assert world.state().size == 4


def test_losing_every_race_ends(world: World) -> None:
    """After as many attempts as allowed the answer is to try again later."""
    lost: list[int] = []
    count = iter(range(100))

    def rival(_publication: Publication) -> None:
        world.release(f"2.{next(count)}.0")

    writer = replace(world.writer(store=world.clone(rival)), pause=lost.append)
    with pytest.raises(ContentionError, match="5 times in a row") as caught:
        promote(writer, "1.0.0")
    assert caught.value.hint == "nothing was changed; run it again"
    assert lost == [1, 2, 3, 4, 5]
    assert world.state().stage("dev").current is None


def test_eight_writers_each_append_once(world: World) -> None:
    """However the races go, each entry is there exactly once and has its tag."""
    writers = list(range(8))

    def rival(_publication: Publication) -> None:
        if writers:
            number = writers.pop()
            body = release_of(f"3.{number}.0", world.remote.head or "")
            write(
                replace(world.writer(store=world.clone(rival)), attempts=20),
                body,
                f"ci-{number}",
            )

    write(
        replace(world.writer(store=world.clone(rival)), attempts=20),
        release_of("3.8.0", world.remote.head or ""),
        "ci-8",
    )
    state = world.state()
    assert sorted(v for v in state.releases if v.startswith("3.")) == [
        f"3.{number}.0" for number in range(9)
    ]
    assert state.size == 3 + 9
    assert len([name for name in world.remote.tags if "/3." in name]) == 9


def test_nothing_to_append_appends_nothing(world: World) -> None:
    """A decision that is no draft comes back as it is."""
    head = world.remote.head
    done: Appended | Settled[str] = append(
        world.writer(),
        lambda _state, _head: Settled("no"),
        operation_id="ci-1",
        last_seen=None,
    )
    assert done == Settled("no")
    assert world.remote.head == head


def test_a_decision_is_told_the_commit_it_is_made_on(world: World) -> None:
    """The desired state of the same commit can be read beside the log's."""
    asked: list[tuple[int, str | None]] = []

    def decide(state: LogState, head: str | None) -> Settled[None]:
        asked.append((state.size, head))
        return Settled(None)

    append(world.writer(), decide, operation_id="ci-1", last_seen=None)
    assert asked == [(3, world.remote.head)]


def test_a_stranger_cannot_write(world: World) -> None:
    """Who is not trusted is told so before anything is signed."""
    with pytest.raises(UsageError, match="not that of a trusted signer"):
        promote(world.writer("eve"), "1.0.0")


def test_a_signer_cannot_write_what_they_may_not(world: World) -> None:
    """The missing grant is named."""
    with pytest.raises(UsageError, match="`devin` does not hold the grant `release`"):
        write(world.writer("devin"), release_of("1.2.0"))


def test_a_stage_grant_is_enough_for_its_stage(world: World) -> None:
    """Who may promote to dev can."""
    done = promote(world.writer("devin"), "1.0.0")
    assert isinstance(done, Appended)
    assert done.entry.actor == "devin"


def test_what_the_log_forbids_is_not_written(world: World) -> None:
    """An impossible draft is refused before it is published."""
    head = world.remote.head
    with pytest.raises(UsageError, match=r"release `1\.0\.0` is already recorded"):
        write(world.writer(), release_of("1.0.0", head or ""))
    with pytest.raises(UsageError, match=r"`predicate.version` is not a version"):
        write(world.writer(), release_of("one"))
    assert world.remote.head == head


@pytest.mark.parametrize("operation_id", ["", "two words", "x" * 129, "a/b"])
def test_an_operation_id_has_a_form(world: World, operation_id: str) -> None:
    """An id that could not be read again is not written."""
    with pytest.raises(UsageError, match=r"`predicate.operationId`"):
        write(world.writer(), release_of("1.2.0"), operation_id)


def test_nothing_is_added_to_a_log_that_does_not_hold(world: World) -> None:
    """A log that was tampered with is not built upon."""
    commit = world.remote.head or ""
    world.remote.tag(NewTag("promote/pilot/9", "pilot: v6.6.6\n"), commit)
    with pytest.raises(IntegrityError, match="promote/pilot/9"):
        promote(world.writer(), "1.0.0")


def test_nothing_is_added_to_a_log_that_was_cut_off(world: World) -> None:
    """What was seen before is asked for before anything is signed."""
    seen = world.verify().last_seen()
    world.remote.head = world.remote.commits[world.remote.head or ""].parents[0]
    del world.remote.tags["release/1.1.0"]
    with pytest.raises(IntegrityError, match="cut off"):
        append(
            world.writer(),
            lambda _state, _head: Draft(release_of("1.2.0")),
            operation_id="ci-1",
            last_seen=seen,
        )


def test_a_log_begins_with_a_name() -> None:
    """The first entry names the log, and no later one can."""
    world = World()
    with pytest.raises(UsageError, match="named by its first entry"):
        write(world.writer(), world.trust)
    with pytest.raises(UsageError, match="has not begun"):
        append(
            world.writer(),
            lambda _state, _head: Draft(release_of("1.0.0"), ORIGIN),
            operation_id="ci-1",
            last_seen=None,
        )
    world.begin()
    assert world.state().origin == ORIGIN
    with pytest.raises(UsageError, match="named by its first entry"):
        append(
            world.writer(),
            lambda _state, _head: Draft(release_of("1.0.0"), "other.example"),
            operation_id="ci-1",
            last_seen=None,
        )


def test_going_on_from_what_is_known_reads_only_what_is_new(world: World) -> None:
    """A caller that verified before can say so."""
    known = world.verify()
    world.promote("1.1.0", "dev")
    done: Appended | Settled[object] = append(
        world.writer(),
        lambda _state, _head: Draft(release_of("1.2.0", world.remote.head or "")),
        operation_id="ci-1",
        last_seen=None,
        known=known,
    )
    assert isinstance(done, Appended)
    assert done.state == world.verify(known=Verified()).state
    assert isinstance(done.entry.body, Release)


def test_a_signer_table_with_a_broken_key_is_not_written(world: World) -> None:
    """A key that cannot be read would stop the verification of all that follows."""
    trust = world.trust
    broken = replace(trust.signers["olga"], public_key="AAAA")
    body = replace(trust, signers={**trust.signers, "olga": broken})
    with pytest.raises(UsageError, match="this cannot be recorded"):
        write(world.writer(), body)
    write(world.writer(), replace(trust, signers=trust.signers))
    assert world.state().size == 4


def test_a_root_signer_can_take_themselves_out(world: World) -> None:
    """The last act of a signer who leaves is signed with the key that goes."""
    trust = world.trust
    olga = replace(trust.signers["olga"], may=frozenset({"root"}))
    write(world.writer(), replace(trust, signers={"olga": olga}))
    assert world.state().trust == replace(trust, signers={"olga": olga})
    with pytest.raises(UsageError, match="not that of a trusted signer"):
        write(world.writer(), release_of("1.2.0"), "ci-2")
