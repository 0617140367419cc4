"""A directory that remembers: quick, and bounded in age, in size and in waiting.

Answers come from memory while they are young. A backend that fails is covered by an
older answer, and only for so long; a definite `NotFound` ends an older answer at once.
Whatever a backend does, a lookup takes no longer than twice its timeout. Times are
those at which the backend was asked, so a slow answer is not younger for being slow.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol, TypeAlias, runtime_checkable

from companyos.identity.settings import CacheWindows
from companyos.identity.subjects import (
    Directory,
    Freshness,
    Lookup,
    NotFound,
    Subject,
    Unavailable,
    can_exist,
)

CAPACITY = 50_000
FLIGHTS_MAX = 32
"""How many lookups may be under way at the backend at once."""

SLOW_FAILURES_MAX = 5
REST_SECONDS = 1.0

_Key: TypeAlias = tuple[str, str]


class Outcome(StrEnum):
    """How one lookup went; the set is closed, so that it can label a metric."""

    HIT = "hit"
    NEGATIVE = "negative"
    FOUND = "found"
    NOT_FOUND = "not_found"
    STALE = "stale"
    UNAVAILABLE = "unavailable"


@runtime_checkable
class Closable(Protocol):
    """A directory that holds files or connections."""

    def close(self) -> None:
        """Give back what is idle; whoever still asks gets an answer all the same."""
        ...


class CachedDirectory:
    """Asks `backend` when it must. `clock` gives seconds that only ever grow.

    `observe` is told how each lookup went, on the thread that asked.
    """

    def __init__(
        self,
        backend: Directory,
        windows: CacheWindows,
        *,
        clock: Callable[[], float],
        capacity: int = CAPACITY,
        observe: Callable[[Outcome], None] | None = None,
    ) -> None:
        self._backend = backend
        self._windows = windows
        self._timeout = windows.timeout_ms / 1000
        self._clock = clock
        self._capacity = capacity
        self._observe = observe or _nobody
        self._entries: dict[_Key, _Entry] = {}
        self._flights: dict[_Key, _Flight] = {}
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(FLIGHTS_MAX)
        self._rest = _Rest()

    def known(self, tenant_id: str, subject_id: str) -> Lookup | None:
        """Return what memory alone can answer now; it never waits.

        An event loop asks this first, and asks `get_subject` on a thread after None.
        """
        entry = self._entries.get((tenant_id, subject_id))
        if entry is None:
            possible = can_exist(tenant_id, subject_id)
            return None if possible else NotFound(tenant_id, subject_id)
        age = self._clock() - entry.asked_at
        if isinstance(entry.answer, NotFound):
            if not 0 <= age < self._windows.negative_seconds:
                return None
            self._observe(Outcome.NEGATIVE)
            return entry.answer
        if not 0 <= age < self._windows.ttl_seconds:
            return None
        self._observe(Outcome.HIT)
        return entry.cached

    def get_subject(
        self, tenant_id: str, subject_id: str, *, require_fresh: bool = False
    ) -> Lookup:
        """Return the subject, or which of the other two answers it is.

        With `require_fresh` memory does not count: the backend answers, or nobody. It
        may be a question that somebody else put at most one timeout ago.
        """
        if not require_fresh or not can_exist(tenant_id, subject_id):
            known = self.known(tenant_id, subject_id)
            if known is not None:
                return known
        key = (tenant_id, subject_id)
        answer = self._ask(key)
        if isinstance(answer, Unavailable) and not require_fresh:
            answer = self._stale(key) or answer
        self._observe(_outcome_of(answer))
        return answer

    def close(self) -> None:
        """Give back what the backend holds."""
        if isinstance(self._backend, Closable):
            self._backend.close()

    def _ask(self, key: _Key) -> Lookup:
        """Return the backend's answer; callers with the same question share one."""
        with self._lock:
            now = self._clock()
            flight = self._flights.get(key)
            leads = flight is None or now - flight.asked_at >= self._timeout
            if flight is None or leads:
                if self._rest.holds(now):
                    return RESTING
                flight = self._flights[key] = _Flight(now)
        if leads:
            self._start(key, flight)
        flight.ended.wait(2 * self._timeout if not leads else self._timeout)
        if flight.answer is not None:
            return flight.answer
        if leads:
            with self._lock:
                flight.counted = True
                self._rest.failed(self._clock())
        return Unavailable(f"no answer within {self._windows.timeout_ms} ms")

    def _start(self, key: _Key, flight: _Flight) -> None:
        """Put the question on a thread of its own, which may outlive its askers."""
        if not self._slots.acquire(timeout=self._timeout):
            self._end(key, flight, OVERLOADED)
            return
        with self._lock:
            flight.asked_at = self._clock()
        name = "companyos-identity"
        arguments = (key, flight)
        # A daemon: a backend that hangs for ever must not keep the process from ending.
        threading.Thread(
            target=self._fly, args=arguments, name=name, daemon=True
        ).start()

    def _fly(self, key: _Key, flight: _Flight) -> None:
        try:
            answer = _about(key, self._backend.get_subject(*key))
        # The thread's boundary, and a backend may be anybody's: what it raises is not
        # an answer, and nobody else would hear of it.
        except Exception as error:  # noqa: BLE001
            answer = Unavailable(f"the identity backend failed: {type(error).__name__}")
        finally:
            self._slots.release()
        self._end(key, flight, answer)

    def _end(self, key: _Key, flight: _Flight, answer: Lookup) -> None:
        with self._lock:
            took = self._clock() - flight.asked_at
            if not isinstance(answer, Unavailable):
                self._rest.succeeded()
                self._remember(key, _Entry.of(answer, flight.asked_at))
            elif took >= self._timeout / 2 and not flight.counted:
                self._rest.failed(self._clock())
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.answer = answer
        flight.ended.set()

    def _remember(self, key: _Key, entry: _Entry) -> None:
        before = self._entries.pop(key, None)
        # An answer that was overtaken by a later question's tells nothing new.
        if before is not None and before.asked_at > entry.asked_at:
            entry = before
        self._entries[key] = entry
        if len(self._entries) > self._capacity:
            del self._entries[next(iter(self._entries))]

    def _stale(self, key: _Key) -> Subject | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        windows = self._windows
        age = self._clock() - entry.asked_at
        usable = 0 <= age < windows.ttl_seconds + windows.max_stale_seconds
        return entry.stale if usable else None


@dataclass(frozen=True, slots=True)
class _Entry:
    """An answer and when it was asked for.

    A subject is kept once for each freshness: whoever decides recognises the object.
    """

    asked_at: float
    answer: Subject | NotFound
    cached: Subject | NotFound
    stale: Subject | None

    @classmethod
    def of(cls, answer: Subject | NotFound, asked_at: float) -> _Entry:
        if isinstance(answer, NotFound):
            return cls(asked_at, answer, answer, None)
        return cls(
            asked_at,
            answer,
            replace(answer, freshness=Freshness.CACHED),
            replace(answer, freshness=Freshness.STALE),
        )


@dataclass(slots=True, eq=False)
class _Flight:
    """One question on its way to the backend."""

    asked_at: float
    answer: Lookup | None = None
    counted: bool = False
    ended: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class _Rest:
    """Leaves a backend alone for a while that was slow to fail several times in a row.

    Quick failures cost nobody time and count for nothing, so no single broken record
    can shut everybody out. While it rests, one question at a time goes through.
    """

    failures: int = 0
    until: float = 0.0

    def holds(self, now: float) -> bool:
        if self.failures < SLOW_FAILURES_MAX:
            return False
        if now < self.until:
            return True
        self.until = now + REST_SECONDS  # this one may try
        return False

    def failed(self, now: float) -> None:
        self.failures += 1
        self.until = now + REST_SECONDS

    def succeeded(self) -> None:
        self.failures = 0


def _about(key: _Key, answer: Lookup) -> Lookup:
    """Return the answer if it is one to this question."""
    if isinstance(answer, Unavailable):
        return answer
    if not isinstance(answer, Subject | NotFound):
        return Unavailable("the identity backend gave no answer")
    if (answer.tenant_id, answer.subject_id) != key:
        return Unavailable("the identity backend answered about somebody else")
    if isinstance(answer, Subject) and answer.freshness is not Freshness.FRESH:
        return replace(answer, freshness=Freshness.FRESH)
    return answer


def _outcome_of(answer: Lookup) -> Outcome:
    if isinstance(answer, Subject):
        stale = answer.freshness is Freshness.STALE
        return Outcome.STALE if stale else Outcome.FOUND
    found = isinstance(answer, NotFound)
    return Outcome.NOT_FOUND if found else Outcome.UNAVAILABLE


def _nobody(outcome: Outcome) -> None:
    del outcome


RESTING = Unavailable("the identity backend was too slow several times and rests")
OVERLOADED = Unavailable(f"{FLIGHTS_MAX} lookups are under way, none could be added")
