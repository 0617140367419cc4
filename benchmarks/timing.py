"""Timing things side by side: rounds in turn, and the best of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import process_time


def microseconds_each(
    contestants: Mapping[str, Callable[[], object]], *, calls: int, rounds: int = 45
) -> dict[str, float]:
    """Return the processor time of one call of each, in microseconds.

    A contestant makes `calls` calls each time it is run. They take turns, so that
    whatever else the machine does meets all of them; the least of the rounds counts.
    """
    best = dict.fromkeys(contestants, float("inf"))
    for _ in range(rounds):
        for name, run in contestants.items():
            start = process_time()
            run()
            best[name] = min(best[name], process_time() - start)
    return {name: seconds / calls * 1e6 for name, seconds in best.items()}
