"""Files that are read by several processes, and what happens when one of them ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.synchronize import Event

import pytest

from companyos.errors import UnavailableError, UsageError
from companyos_cli.reading_together import read_together

PATHS = tuple(str(number) for number in range(1000))
SECONDS_MAX = 30
HERE = os.getpid()
INTERRUPTED = """
import os, signal
from multiprocessing import get_context
from companyos.errors import UsageError
from companyos_cli.reading_together import read_together

taken = get_context("fork").Event()

def interrupted(path):
    taken.set()
    os.kill(os.getpid(), signal.SIGINT)
    return path

def wait(path):
    taken.wait()
    return path

paths = [str(number) for number in range(1000)]
try:
    list(read_together(paths, wait, sent=interrupted, received=str, processes=2))
except UsageError as error:
    print(error.message)
"""


def together(paths: tuple[str, ...], *, processes: int) -> Iterator[tuple[str, int]]:
    """Yield each path and the process that read it."""

    def read(path: str) -> tuple[str, int]:
        return path, os.getpid()

    return read_together(
        paths, read, sent=read, received=lambda sent: sent, processes=processes
    )


def behind(taken: Event, read: Callable[[str], str]) -> None:
    """Let another process `read` before this one has read a file."""

    def wait(path: str) -> str:
        assert taken.wait(SECONDS_MAX)
        return path

    list(read_together(PATHS, wait, sent=read, received=str, processes=2))


@pytest.mark.parametrize("processes", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 1000])
def test_each_file_is_read_once(count: int, processes: int) -> None:
    """Whoever reads it."""
    read = list(together(PATHS[:count], processes=processes))
    assert sorted(path for path, _ in read) == sorted(PATHS[:count])


def test_no_process_is_left_behind() -> None:
    """Neither after the end, nor when nobody wants the rest."""
    others = {where for _, where in together(PATHS, processes=3)} - {HERE}
    begun = together(PATHS, processes=3)
    next(begun)
    assert isinstance(begun, Iterator)
    begun.close()  # type: ignore[attr-defined]  # it is a generator
    for process in others:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_keeps_another_process_from_reading_is_told_here() -> None:
    """As if it had happened in this one."""
    taken = get_context("fork").Event()

    def refuse(path: str) -> str:
        taken.set()
        raise UnavailableError(f"`{path}` has gone", hint="look again")

    with pytest.raises(UnavailableError, match="has gone"):
        behind(taken, refuse)


def test_a_process_that_is_ended_leaves_nothing_unread() -> None:
    """What it had taken would be missing, so there is no answer at all."""
    taken = get_context("fork").Event()

    def end(path: str) -> str:
        taken.set()
        os.kill(os.getpid(), signal.SIGKILL)
        return path

    with pytest.raises(UsageError, match="was ended"):
        behind(taken, end)


def test_a_process_that_is_interrupted_says_nothing() -> None:
    """Whoever presses Ctrl-C reads one process's answer to it, not two."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, check=False, text=True
    )
    told = (done.returncode, done.stdout, done.stderr)
    assert told == (0, "a process that read files was ended\n", "")
