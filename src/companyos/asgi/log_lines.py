"""Log records as lines of JSON, written by a thread so that no request waits for it.

A line is ASCII and ends at its newline whatever a value holds, so nobody can forge a
second one. Long values are cut and secrets are masked. When the reader of the log does
not keep up, lines are dropped and counted; the count is itself logged.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TextIO

from companyos.digests import JSONObject, JSONValue

FIELDS = "companyos_fields"
"""The attribute of a log record that carries its fields (`extra={FIELDS: …}`)."""

TEXT_MAX = 1024
LINGER_SECONDS = 0.02
MASK = "[masked]"

_SECRET_NAME = re.compile(
    r"(?i)password|passwd|secret|authorization|api_?key|private_?key|(^|_)token$"
)
_SECRET_VALUE = re.compile(
    r"eyJ[\w-]{4,}\.[\w-]*\.[\w-]*|(?i:bearer) +[\w.~+/=-]+|-----BEGIN[^\"]*"
)


class JsonLineFormatter(logging.Formatter):
    """One record, one line: time, level, event, then the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its newline."""
        fields: JSONObject | None = getattr(record, FIELDS, None)
        line: dict[str, JSONValue] = {
            "ts": _timestamp(record.created),
            "level": record.levelname.lower(),
        }
        if fields is None:
            line |= {"event": "log", "logger": record.name}
            line["message"] = _cut(record.getMessage())
        else:
            line |= {"event": record.getMessage()}
            line |= {name: _safe(name, value) for name, value in fields.items()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        text = json.dumps(line, ensure_ascii=True)
        # Looking for three words is ten times cheaper than looking for the patterns.
        if "eyJ" in text or "-----BEGIN" in text or "bearer" in text.lower():
            text = _SECRET_VALUE.sub(MASK, text)
        return text


class LineWriter(logging.Handler):
    """Queues formatted lines for one writing thread; drops them rather than waits."""

    def __init__(self, stream: TextIO, *, capacity: int = 10_000) -> None:
        super().__init__()
        self.setFormatter(JsonLineFormatter())
        self._stream = stream
        self._capacity = capacity
        self._lines: deque[str] = deque()
        self._refused = 0
        self._unwritten = 0
        self._waiting = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(
            target=self._write_lines, name="companyos-log", daemon=True
        )
        self._thread.start()

    @property
    def dropped(self) -> int:
        """Return how many lines were lost since the start."""
        return self._refused + self._unwritten

    def emit(self, record: logging.LogRecord) -> None:
        """Queue one record."""
        if len(self._lines) >= self._capacity:
            self._refused += 1
            return
        self._lines.append(self.format(record))
        if not self._waiting.is_set():
            self._waiting.set()

    def close(self) -> None:
        """Write what is queued, for at most two seconds, and stop."""
        self._closing.set()
        self._waiting.set()
        self._thread.join(timeout=2)
        super().close()

    def _write_lines(self) -> None:
        reported = 0
        while not (self._closing.is_set() and not self._lines):
            self._waiting.wait()
            self._waiting.clear()
            batch = [self._lines.popleft() for _ in range(len(self._lines))]
            if self.dropped > reported:
                reported = self.dropped
                batch.append(_dropped_line(reported))
            try:
                self._stream.write("".join(line + "\n" for line in batch))
                self._stream.flush()
            except (OSError, ValueError):  # a full disk, a closed pipe, a closed stream
                self._unwritten += len(batch)
            # Under load one write takes many lines; each wake-up costs the service.
            self._closing.wait(LINGER_SECONDS)


def _dropped_line(count: int) -> str:
    fields: JSONObject = {"level": "error", "event": "log_lines_dropped"}
    return json.dumps({**fields, "dropped_total": count})


def _timestamp(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def _safe(name: str, value: JSONValue) -> JSONValue:
    """Return the value as the log may show it under this name."""
    if value is not None and _is_secret_name(name):
        return MASK
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, Mapping):
        return {key: _safe(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(name, item) for item in value]
    return value


def _cut(text: str) -> str:
    if len(text) <= TEXT_MAX:
        return text
    return f"{text[:TEXT_MAX]}… ({len(text) - TEXT_MAX} more)"
