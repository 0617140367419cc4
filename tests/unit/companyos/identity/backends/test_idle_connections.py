from __future__ import annotations

from companyos.identity.backends.idle_connections import IDLE_MAX, IdleConnections


def test_the_last_given_back_is_taken_first() -> None:
    """So those that nobody needs any more grow old together."""
    closed: list[int] = []
    idle: IdleConnections[int] = IdleConnections(closed.append)
    idle.give_back(1)
    idle.give_back(2)
    assert [idle.take(), idle.take(), idle.take()] == [2, 1, None]


def test_only_a_few_are_kept() -> None:
    """After a rush the rest is closed."""
    closed: list[int] = []
    idle: IdleConnections[int] = IdleConnections(closed.append)
    for number in range(IDLE_MAX + 2):
        idle.give_back(number)
    assert closed == [IDLE_MAX, IDLE_MAX + 1]


def test_closing_ends_those_in_use_when_they_come_back() -> None:
    """Whoever still asks gets an answer, and leaves nothing open."""
    closed: list[int] = []
    idle: IdleConnections[int] = IdleConnections(closed.append)
    idle.give_back(1)
    idle.give_back(2)
    assert idle.take() == 2
    idle.close()
    assert closed == [1]
    idle.give_back(2)
    assert closed == [1, 2]


def test_nothing_is_left_open_by_one_that_is_forgotten() -> None:
    """A directory that a new configuration replaced is closed by nobody."""
    closed: list[int] = []
    idle: IdleConnections[int] = IdleConnections(closed.append)
    idle.give_back(1)
    del idle
    assert closed == [1]
