"""Processes forked from this one to do a part of its work, where that is possible."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_INTERRUPT = (signal.SIGINT,)


class Fork:
    """Another process, which knows all that this one does and sends what it finds."""

    def __init__(self, work: Callable[[Connection[object, object]], None]) -> None:
        context = get_context("fork")
        self.told, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(work, there), daemon=True)
        signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPT)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
        there.close()

    def end(self) -> None:
        """End the process, whether or not it has told all."""
        self._process.terminate()
        self._process.join()
        self.told.close()


def _work(
    work: Callable[[Connection[object, object]], None],
    there: Connection[object, object],
) -> None:
    # Who interrupts the command interrupts this process as well; one of them tells it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPT)
    with suppress(BrokenPipeError), there:
        work(there)
