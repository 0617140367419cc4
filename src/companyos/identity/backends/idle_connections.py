"""Connections kept between lookups, for threads that come and go.

A connection has one user at a time. Idle ones are taken last in, first out, so those
that nobody needs any more are the oldest; more than a few are not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

IDLE_MAX = 8

_Connection = TypeVar("_Connection")


class IdleConnections(Generic[_Connection]):
    """The idle connections of one backend, of which `close` ends one."""

    def __init__(self, close: Callable[[_Connection], None]) -> None:
        self._close = close
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self) -> _Connection | None:
        """Return a connection for the caller alone, or None where none is idle."""
        with self._lock:
            return self._idle.pop() if self._idle else None

    def give_back(self, connection: _Connection) -> None:
        """Keep a connection that still works for whoever comes next."""
        with self._lock:
            keep = not self._closed and len(self._idle) < IDLE_MAX
            if keep:
                self._idle.append(connection)
        if not keep:
            self._close(connection)

    def drop(self) -> None:
        """End all that are idle, as after one of them was found dead."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._close(connection)

    def close(self) -> None:
        """End all that are idle, and those in use when they are given back."""
        with self._lock:
            self._closed = True
        self.drop()

    def __del__(self) -> None:
        # A directory that a new configuration replaced is closed by nobody: requests
        # that began with it may still ask. It ends with the last of them.
        self.close()
