from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from companyos.identity import (
    Directory,
    Freshness,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
)
from companyos.identity.cache import (
    REST_SECONDS,
    SLOW_FAILURES_MAX,
    CachedDirectory,
    Outcome,
)
from companyos.testing.directory_contract import person
from identity_directories import ANA, WINDOWS, Clock, Scripted

GONE = NotFound("pilot-a", "ana")
DOWN = Unavailable("down")
KEY = ("pilot-a", "ana")


def cached(backend: Directory, clock: Callable[[], float]) -> CachedDirectory:
    """Return a cache of the usual windows over a directory."""
    return CachedDirectory(backend, WINDOWS, clock=clock)


def with_freshness(freshness: Freshness) -> Subject:
    """Return ana as an answer of this freshness."""
    return replace(ANA, freshness=freshness)


@contextmanager
def stuck(*, answer: Lookup = ANA) -> Iterator[tuple[Directory, threading.Event]]:
    """Give a directory that answers only once the event is set, as it is at the end."""
    may_end = threading.Event()

    @dataclass
    class Stuck:
        asked: int = 0

        def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
            self.asked += 1
            may_end.wait(10)
            if isinstance(answer, Unavailable):
                return answer
            return replace(answer, tenant_id=tenant_id, subject_id=subject_id)

    try:
        yield Stuck(), may_end
    finally:
        may_end.set()


def test_the_first_answer_is_fresh_and_the_next_are_cached() -> None:
    """Within the time to live the backend is asked once."""
    backend, clock = Scripted([ANA]), Clock()
    directory = cached(backend, clock)
    assert directory.get_subject(*KEY) == with_freshness(Freshness.FRESH)
    clock.now += 29.9
    assert directory.get_subject(*KEY) == with_freshness(Freshness.CACHED)
    assert backend.asked == 1


def test_an_answer_ends_with_its_time_to_live() -> None:
    """At 30 seconds the backend is asked again."""
    backend, clock = Scripted([ANA]), Clock()
    directory = cached(backend, clock)
    directory.get_subject(*KEY)
    clock.now += 30
    assert directory.get_subject(*KEY) == with_freshness(Freshness.FRESH)
    assert backend.asked == 2


def test_not_found_is_remembered_for_a_shorter_time() -> None:
    """Five seconds, and no call in between."""
    backend, clock = Scripted([GONE]), Clock()
    directory = cached(backend, clock)
    assert [directory.get_subject(*KEY) for _ in range(3)] == [GONE] * 3
    assert backend.asked == 1
    clock.now += 5
    assert directory.get_subject(*KEY) == GONE
    assert backend.asked == 2


def test_a_backend_that_is_down_is_covered_by_an_older_answer() -> None:
    """Up to 300 seconds past the time to live, and said to be stale."""
    clock = Clock()
    directory = cached(Scripted([ANA, DOWN]), clock)
    directory.get_subject(*KEY)
    clock.now += 329.9
    assert directory.get_subject(*KEY) == with_freshness(Freshness.STALE)


def test_past_its_bound_a_stale_answer_serves_nobody() -> None:
    """At 330 seconds there is no answer, which denies."""
    clock = Clock()
    directory = cached(Scripted([ANA, DOWN]), clock)
    directory.get_subject(*KEY)
    clock.now += 330
    assert directory.get_subject(*KEY) == DOWN


def test_with_no_stale_window_the_older_answer_ends_at_once() -> None:
    """`max_stale_seconds: 0` is for those who must not extend a right."""
    clock = Clock()
    windows = replace(WINDOWS, max_stale_seconds=0)
    directory = CachedDirectory(Scripted([ANA, DOWN]), windows, clock=clock)
    directory.get_subject(*KEY)
    clock.now += 30
    assert directory.get_subject(*KEY) == DOWN


def test_deprovisioned_while_cached() -> None:
    """A definite `NotFound` ends the older answer, also for the outage after it."""
    clock = Clock()
    directory = cached(Scripted([ANA, GONE, DOWN]), clock)
    directory.get_subject(*KEY)
    clock.now += 30
    assert directory.get_subject(*KEY) == GONE
    clock.now += 5
    assert directory.get_subject(*KEY) == DOWN


def test_unavailable_is_not_remembered() -> None:
    """The next caller asks again, and may have more luck."""
    directory = cached(Scripted([DOWN, ANA]), Clock())
    assert directory.get_subject(*KEY) == DOWN
    assert directory.get_subject(*KEY) == ANA


def test_a_risky_action_gets_a_fresh_answer() -> None:
    """With `require_fresh` memory does not count, and learns the new answer."""
    changed = person("pilot-a", "ana", "Viewer")
    backend = Scripted([ANA, changed])
    directory = cached(backend, Clock())
    directory.get_subject(*KEY)
    assert directory.get_subject(*KEY, require_fresh=True) == changed
    assert directory.get_subject(*KEY) == replace(changed, freshness=Freshness.CACHED)


def test_a_risky_action_gets_no_stale_answer() -> None:
    """With `require_fresh` a backend that is down means no answer."""
    directory = cached(Scripted([ANA, DOWN]), Clock())
    directory.get_subject(*KEY)
    assert directory.get_subject(*KEY, require_fresh=True) == DOWN


def test_1000_concurrent_cold_lookups_make_one_call() -> None:
    """Whoever asks the same at the same time shares one question."""
    with stuck() as (backend, may_end):
        directory = CachedDirectory(
            backend, replace(WINDOWS, timeout_ms=5000), clock=time.monotonic
        )
        with ThreadPoolExecutor(max_workers=1000) as pool:
            asked = [pool.submit(directory.get_subject, *KEY) for _ in range(1000)]
            may_end.set()
            answers = {each.result().__class__ for each in asked}
        assert answers == {Subject}
        assert vars(backend)["asked"] == 1


def test_a_backend_that_hangs_costs_one_timeout() -> None:
    """The answer is `Unavailable` after 250 ms, or the older one."""
    with stuck() as (backend, _):
        directory = cached(backend, time.monotonic)
        start = time.monotonic()
        answer = directory.get_subject(*KEY)
        took = time.monotonic() - start
    assert answer == Unavailable("no answer within 250 ms")
    assert 0.24 < took < 5


def test_a_late_answer_serves_those_who_ask_later() -> None:
    """What came after the timeout is still an answer."""
    with stuck() as (backend, may_end):
        directory = cached(backend, time.monotonic)
        directory.get_subject(*KEY)
        may_end.set()
        deadline = time.monotonic() + 5
        while directory.known(*KEY) is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert directory.known(*KEY) == with_freshness(Freshness.CACHED)


def test_a_backend_that_hangs_again_and_again_is_left_alone() -> None:
    """After several slow failures the next callers do not wait, for a while."""
    clock = Clock()
    with stuck() as (backend, _):
        windows = replace(WINDOWS, timeout_ms=10)
        directory = CachedDirectory(backend, windows, clock=clock)
        for number in range(SLOW_FAILURES_MAX):
            directory.get_subject("pilot-a", f"u{number}")
        before = vars(backend)["asked"]
        answer = directory.get_subject("pilot-a", "late")
        assert isinstance(answer, Unavailable)
        assert vars(backend)["asked"] == before
        clock.now += REST_SECONDS
        directory.get_subject("pilot-a", "probe")
        directory.get_subject("pilot-a", "not-the-probe")
        assert vars(backend)["asked"] == before + 1


def test_quick_failures_shut_nobody_out() -> None:
    """One broken record, asked for often, leaves the others their answers."""

    class OneBroken:
        def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
            if subject_id == "broken":
                return DOWN
            return person(tenant_id, subject_id)

    directory = cached(OneBroken(), time.monotonic)
    for _ in range(10 * SLOW_FAILURES_MAX):
        assert directory.get_subject("pilot-a", "broken") == DOWN
    assert directory.get_subject(*KEY) == person("pilot-a", "ana")


def test_hanging_lookups_are_bounded() -> None:
    """However many ask, only so many threads wait for a backend that hangs."""
    with stuck() as (backend, _):
        directory = CachedDirectory(
            backend, replace(WINDOWS, timeout_ms=20), clock=Clock()
        )
        with ThreadPoolExecutor(max_workers=100) as pool:
            asked = [
                pool.submit(directory.get_subject, "pilot-a", f"u{number}")
                for number in range(200)
            ]
            answers = [each.result() for each in asked]
        assert all(isinstance(each, Unavailable) for each in answers)
        assert vars(backend)["asked"] <= 32


@pytest.mark.parametrize(
    "answer",
    [person("pilot-b", "ana", "CompanyAdmin"), NotFound("pilot-b", "ana")],
    ids=["subject", "not_found"],
)
def test_an_answer_about_another_tenant_is_none(answer: Lookup) -> None:
    """Wrong tenant: not somebody, and not nobody either."""
    found = cached(Scripted([answer]), Clock()).get_subject(*KEY)
    assert found == Unavailable("the identity backend answered about somebody else")


def test_what_a_backend_raises_is_unavailable() -> None:
    """A fault of somebody's backend denies, and names its kind only."""
    directory = cached(Scripted([ZeroDivisionError("secret"), ANA]), Clock())
    found = directory.get_subject(*KEY)
    assert found == Unavailable("the identity backend failed: ZeroDivisionError")
    assert directory.get_subject(*KEY) == ANA


def test_a_backend_that_answers_nothing_is_unavailable() -> None:
    """None is not one of the three answers, whatever its author thought."""
    backend = Scripted([None])  # type: ignore[list-item] # what types cannot keep out
    found = cached(backend, Clock()).get_subject(*KEY)
    assert found == Unavailable("the identity backend gave no answer")


def test_eviction() -> None:
    """Past its capacity the cache forgets the answer that is oldest."""
    asked: list[str] = []

    class Listing:
        def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
            asked.append(subject_id)
            return person(tenant_id, subject_id)

    directory = CachedDirectory(Listing(), WINDOWS, clock=Clock(), capacity=2)
    for each in ("a", "b", "c", "b", "c", "a"):
        directory.get_subject("pilot-a", each)
    assert asked == ["a", "b", "c", "a"]


def test_an_impossible_id_costs_neither_a_call_nor_memory() -> None:
    """10 kB, control characters and other alphabets are nobody's."""
    backend = Scripted([ANA])
    directory = cached(backend, Clock())
    for each in ("x" * 10_240, "a\x00", "", "\u00e1na", "a b", "\ud800"):
        answer = directory.get_subject("pilot-a", each, require_fresh=True)
        assert answer == NotFound("pilot-a", each)
    assert backend.asked == 0


def test_known_never_asks() -> None:
    """An event loop may call it: it says what memory holds, or nothing."""
    backend = Scripted([ANA])
    directory = cached(backend, Clock())
    assert directory.known(*KEY) is None
    assert backend.asked == 0
    directory.get_subject(*KEY)
    assert directory.known(*KEY) == with_freshness(Freshness.CACHED)


def test_the_same_answer_is_the_same_object() -> None:
    """Decisions remember a subject that they know, by its identity."""
    directory = cached(Scripted([ANA]), Clock())
    directory.get_subject(*KEY)
    assert directory.get_subject(*KEY) is directory.get_subject(*KEY)


def test_a_clock_that_goes_backwards_makes_nothing_younger() -> None:
    """An answer from the future is asked for again."""
    backend, clock = Scripted([ANA]), Clock()
    directory = cached(backend, clock)
    directory.get_subject(*KEY)
    clock.now -= 100
    directory.get_subject(*KEY)
    assert backend.asked == 2


def test_each_lookup_is_observed_once() -> None:
    """Every way that a lookup can go has its own word, for a metric."""
    clock = Clock()
    seen: list[Outcome] = []
    backend = Scripted([ANA, DOWN, DOWN, GONE])
    directory = CachedDirectory(backend, WINDOWS, clock=clock, observe=seen.append)
    directory.get_subject(*KEY)
    directory.get_subject(*KEY)
    clock.now += 31
    directory.get_subject(*KEY)
    clock.now += 400
    directory.get_subject(*KEY)
    directory.get_subject(*KEY)
    directory.get_subject(*KEY)
    assert seen == [
        Outcome.FOUND,
        Outcome.HIT,
        Outcome.STALE,
        Outcome.UNAVAILABLE,
        Outcome.NOT_FOUND,
        Outcome.NEGATIVE,
    ]
