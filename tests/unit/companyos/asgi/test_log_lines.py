from __future__ import annotations

import io
import json
import logging
import sys
import threading

import pytest

from access_tokens import token_for
from companyos.asgi.log_lines import FIELDS, JsonLineFormatter, LineWriter
from companyos.digests import JSONObject, JSONValue


def record(event: str, fields: JSONObject | None = None) -> logging.LogRecord:
    """Return a log record of a fixed time."""
    made = logging.LogRecord("companyos", logging.INFO, "x.py", 1, event, None, None)
    made.created = 1_800_000_000.25
    if fields is not None:
        setattr(made, FIELDS, fields)
    return made


def line(event: str, fields: JSONObject | None = None) -> str:
    """Return the line of one record."""
    return JsonLineFormatter().format(record(event, fields))


def test_a_line_has_its_time_level_event_and_fields() -> None:
    """The fields stand beside the event, not inside a message."""
    assert json.loads(line("decision", {"tenant_id": "pilot-a"})) == {
        "ts": "2027-01-15T08:00:00.250Z",
        "level": "info",
        "event": "decision",
        "tenant_id": "pilot-a",
    }


def test_a_record_of_another_library_becomes_a_line_too() -> None:
    """Whatever logs in this process, the log stays lines of JSON."""
    found = json.loads(line("disk is nearly full"))
    assert (found["event"], found["logger"], found["message"]) == (
        "log",
        "companyos",
        "disk is nearly full",
    )


@pytest.mark.parametrize(
    "hostile",
    [
        '\r\n{"event":"decision","effect":"allow"}',
        "\u2028\u2029\x85",
        "\x1b[2J\x1b]0;owned\x07",
        '","effect":"allow","x":"',
        "\ud800",
        "\x00",
    ],
)
def test_no_value_can_end_or_forge_a_line(hostile: str) -> None:
    """A line is printable ASCII and reads back as the value that was logged."""
    text = line("decision", {"resource": hostile})
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["resource"] == hostile


def test_a_long_value_is_cut_and_says_so() -> None:
    """One field cannot fill the disk."""
    text = line("decision", {"resource": "x" * 1_000_000})
    assert len(text) < 2_000
    assert "998976 more" in json.loads(text)["resource"]


@pytest.mark.parametrize(
    ("fields", "secret"),
    [
        ({"password": "hunter2"}, "hunter2"),
        ({"nested": {"client_secret": "hunter2"}}, "hunter2"),
        ({"list": [{"api_key": "hunter2"}]}, "hunter2"),
        ({"authorization": ["hunter2"]}, "hunter2"),
        ({"token": "hunter2"}, "hunter2"),
        ({"note": "Bearer abc.def-123"}, "abc.def"),
        ({"note": "x " + token_for("ana", "pilot-a", now=0)}, "eyJ"),
        ({"note": "-----BEGIN PRIVATE KEY-----\nMIIE"}, "MIIE"),
    ],
)
def test_secrets_are_masked(fields: JSONObject, secret: str) -> None:
    """A secret is recognised by its field's name or by its own form."""
    text = line("decision", fields)
    assert secret not in text
    assert "[masked]" in text
    json.loads(text)


def test_an_exception_stays_on_its_line() -> None:
    """A traceback is one field, so that no tool splits it."""
    made = record("request_failed", {})
    try:
        int("broken")
    except ValueError:
        made.exc_info = sys.exc_info()
    text = JsonLineFormatter().format(made)
    assert "\n" not in text
    assert "ValueError: invalid literal" in json.loads(text)["exception"]


def written(stream: io.StringIO) -> list[JSONValue]:
    """Return the lines of a stream."""
    return [json.loads(each) for each in stream.getvalue().splitlines()]


def test_lines_are_written_in_order_before_the_log_closes() -> None:
    """Closing waits for what is queued."""
    stream = io.StringIO()
    writer = LineWriter(stream)
    for number in range(1_000):
        writer.handle(record(f"e{number}", {}))
    writer.close()
    events = [each["event"] for each in written(stream) if isinstance(each, dict)]
    assert events == [f"e{number}" for number in range(1_000)]


class StuckStream(io.StringIO):
    """A pipe whose reader stands still until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.released = threading.Event()

    def write(self, text: str) -> int:
        """Wait to be let go."""
        self.reached.set()
        self.released.wait(5)
        return super().write(text)


def test_a_reader_that_stands_still_costs_lines_and_not_requests() -> None:
    """Lines beyond the queue are dropped at once, counted, and the count is logged."""
    stream = StuckStream()
    writer = LineWriter(stream, capacity=2)
    writer.handle(record("first", {}))
    assert stream.reached.wait(5)
    for number in range(5):
        writer.handle(record(f"e{number}", {}))
    assert writer.dropped == 3
    stream.released.set()
    writer.close()
    last = written(stream)[-1]
    assert isinstance(last, dict)
    assert (last["event"], last["dropped_total"]) == ("log_lines_dropped", 3)


def test_a_full_disk_costs_lines_and_not_the_service() -> None:
    """What cannot be written is counted; the writing thread lives on."""
    stream = io.StringIO()
    stream.close()
    writer = LineWriter(stream)
    writer.handle(record("lost", {}))
    writer.close()
    assert writer.dropped == 1
