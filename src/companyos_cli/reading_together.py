"""Reading files in several processes, each taking the next few that nobody has taken.

Whoever is quicker reads more. What another process reads is taken over between the
files that this one reads, so that it has been taken over when the last file is read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar, cast

from companyos.errors import CompanyosError, UsageError
from companyos_cli.forking import Fork

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SHARE = 50
"""Files that are taken at once."""

_NUMBER = 2
_NUMBERS_MAX = 30_000
"""So many numbers fit a pipe before anybody reads from it, with room to spare."""

ReadT = TypeVar("ReadT")
SentT = TypeVar("SentT")
Path: TypeAlias = str


class Shares:
    """Parts of a list, each given out once, whichever process asks for the next."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._size = max(SHARE, -(-len(paths) // _NUMBERS_MAX))
        count = -(-len(paths) // self._size)
        # A pipe is a queue that processes share: each number is read once.
        self._numbers, given = os.pipe()
        numbers = (number.to_bytes(_NUMBER, "big") for number in range(count))
        os.write(given, b"".join(numbers))
        os.close(given)

    def __iter__(self) -> Iterator[Sequence[Path]]:
        """Yield parts until there are none, here or in another process."""
        while number := os.read(self._numbers, _NUMBER):
            start = int.from_bytes(number, "big") * self._size
            yield self._paths[start : start + self._size]

    def close(self) -> None:
        """Give out nothing more."""
        os.close(self._numbers)


def read_together(
    paths: Sequence[Path],
    read: Callable[[Path], ReadT],
    *,
    sent: Callable[[Path], SentT],
    received: Callable[[SentT], ReadT],
    processes: int,
) -> Iterator[ReadT]:
    """Yield what is read of all files, in no order.

    `sent` reads a file in another process, and `received` makes of that what `read`
    would have returned here.

    Raises:
        CompanyosError: what kept another process from reading.
    """
    shares = Shares(paths)
    helpers = [Helper(shares, sent) for _ in range(processes - 1)]
    try:
        for share in shares:
            yield from map(read, share)
            for helper in helpers:
                yield from map(received, helper.ready())
        for helper in helpers:
            yield from map(received, helper.rest())
    finally:
        shares.close()
        for helper in helpers:
            helper.end()


class Helper(Generic[SentT]):
    """Another process that reads some of the files."""

    def __init__(self, shares: Shares, read: Callable[[Path], SentT]) -> None:
        self._is_done = False
        self._fork = Fork(lambda there: _help(there, shares, read))

    def ready(self) -> Iterator[SentT]:
        """Yield what has arrived."""
        while not self._is_done and self._fork.told.poll():
            yield from self._received()

    def rest(self) -> Iterator[SentT]:
        """Yield all that is still to come."""
        while not self._is_done:
            yield from self._received()

    def end(self) -> None:
        """End the process, whether or not it has told all."""
        self._fork.end()

    def _received(self) -> Sequence[SentT]:
        try:
            told: object = self._fork.told.recv()
        except EOFError:
            raise UsageError(
                "a process that read files was ended",
                hint="try again with `--jobs 1`, which needs less memory",
            ) from None
        if isinstance(told, CompanyosError):
            raise told
        if told is None:
            self._is_done = True
            return ()
        return cast("Sequence[SentT]", told)


def _help(
    there: Connection[object, object], shares: Shares, read: Callable[[Path], SentT]
) -> None:
    try:
        for share in shares:
            there.send([read(path) for path in share])
        there.send(None)
    except CompanyosError as error:
        there.send(error)
