"""The state document: read strictly, because anybody may have answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from companyos.digests import JSONObject, canonical_json, digest_of_value
from companyos.drift import LoadedState, read_state, written_state
from companyos.errors import IntegrityError

DIGEST = "sha256:" + "1" * 64
COMPONENTS = {"tenants": DIGEST, "policies": DIGEST, "flags": DIGEST}
DOCUMENT: JSONObject = {
    "schema": "companyos.state/v1",
    "service": "exports",
    "instance": "host:4711",
    "stage": "pilot",
    "version": "1.0.0",
    "artifact": DIGEST,
    "root": digest_of_value(COMPONENTS),
    "components": COMPONENTS,
    "log_entry": 6,
    "loaded_at": "2027-01-31T11:00:00Z",
    "reported_at": "2027-01-31T12:00:00Z",
    "last_attempt": {
        "at": "2027-01-31T11:00:00Z",
        "outcome": "loaded",
        "reason": None,
    },
}
NOTHING: JSONObject = {
    "stage": None,
    "root": None,
    "components": None,
    "log_entry": None,
    "loaded_at": None,
    "artifact": None,
}
TENANTS: JSONObject = {
    "tenants": {"pilot-a": {"tenant": DIGEST, "policies": DIGEST, "flags": DIGEST}}
}


def read(**changes: object) -> LoadedState:
    """Read the document with these fields instead."""
    return read_state(canonical_json({**DOCUMENT, **changes}))  # type: ignore[dict-item]  # any value on purpose


@pytest.mark.parametrize("changes", [{}, NOTHING, TENANTS], ids=["all", "none", "list"])
def test_a_state_survives_being_written_and_read(changes: JSONObject) -> None:
    """What is written is what was read."""
    assert written_state(read(**changes)) == {**DOCUMENT, **changes}


def test_times_are_read_as_utc() -> None:
    """The report's own time is a moment, not a text."""
    assert read().reported_at == datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "companyos.state/v2"},
        {"root": None},
        {"stage": None},
        {"log_entry": None},
        {"root": DIGEST},
        {"components": None},
        {"components": {"tenants": DIGEST}},
        {"loaded_at": None},
        {"artifact": "latest"},
        {"service": "Exports"},
        {"log_entry": True},
        {"reported_at": "2027-01-31 12:00:00"},
        {"reported_at": "2027-01-31T12:00:00+02:00"},
        {"reported_at": 1801396800},
        {"last_attempt": {"at": None, "outcome": "loaded", "reason": None}},
        {"last_attempt": None},
        {"tenants": {"pilot-a": {"tenant": DIGEST}}},
        {"tenants": {"../x": {"tenant": DIGEST, "policies": DIGEST, "flags": DIGEST}}},
        {"tenants": None},
        {"surprise": 1},
    ],
    ids=repr,
)
def test_a_wrong_field_is_refused(changes: JSONObject) -> None:
    """A document that is not exactly right says nothing."""
    with pytest.raises(IntegrityError):
        read(**changes)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"<html>", b"\xff", b"null"])
def test_other_bytes_are_refused(data: bytes) -> None:
    """An error page is not a state."""
    with pytest.raises(IntegrityError):
        read_state(data)
