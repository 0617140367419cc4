"""Findings: one order on every run, and an identity that survives moved lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.findings import Finding, Place, Severity, in_order

UNKNOWN_ROLE = Finding(
    check="ref/unknown-role",
    severity=Severity.ERROR,
    message="unknown role `Editr`",
    place=Place("config/policies/base.yaml", 14, 12, 14, 17),
    path="/rules/0/roles/0",
    value="Editr",
)


def at(file: str, line: int, column: int, check: str, message: str) -> Finding:
    """Return a finding of `check` at a place."""
    return Finding(check, Severity.WARNING, message, Place(file, line, column))


IN_ORDER = (
    at("a.yaml", 2, 1, "ref/x", "m"),
    at("a.yaml", 10, 1, "ref/x", "m"),
    at("a.yaml", 10, 3, "id/y", "m"),
    at("a.yaml", 10, 3, "ref/x", "l"),
    at("a.yaml", 10, 3, "ref/x", "m"),
    at("b.yaml", 1, 1, "ref/x", "m"),
)


@given(st.permutations(IN_ORDER))
def test_findings_come_in_one_order(shuffled: list[Finding]) -> None:
    """By file, line, column, check and message, however they were found."""
    assert in_order(shuffled) == IN_ORDER


def test_a_place_reads_as_editors_write_it() -> None:
    """File, line and column, so that a terminal makes a link of it."""
    assert str(UNKNOWN_ROLE.place) == "config/policies/base.yaml:14:12"


def test_a_fingerprint_is_never_computed_differently() -> None:
    """Baselines that people keep hold it: the digest here is `sha256sum`'s own."""
    assert UNKNOWN_ROLE.fingerprint == "ddce33b42ae0a9705df003190678a86c"


@pytest.mark.parametrize(
    "same",
    [
        replace(UNKNOWN_ROLE, place=Place(UNKNOWN_ROLE.place.file, 99, 3)),
        replace(UNKNOWN_ROLE, message="role `Editr` is not declared"),
        replace(UNKNOWN_ROLE, severity=Severity.WARNING),
        replace(UNKNOWN_ROLE, hint="did you mean `Editor`?", count=3),
    ],
    ids=["moved", "reworded", "other severity", "other hint and count"],
)
def test_a_finding_stays_itself(same: Finding) -> None:
    """Moved lines and better words do not make a known finding a new one."""
    assert same.fingerprint == UNKNOWN_ROLE.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(UNKNOWN_ROLE, check="ref/unknown-action"),
        replace(UNKNOWN_ROLE, place=Place("config/policies/other.yaml", 14, 12)),
        replace(UNKNOWN_ROLE, path="/rules/1/roles/0"),
        replace(UNKNOWN_ROLE, value="Edtor"),
    ],
    ids=["check", "file", "path", "value"],
)
def test_another_finding_is_another(other: Finding) -> None:
    """Check, file, path and value each tell findings apart."""
    assert other.fingerprint != UNKNOWN_ROLE.fingerprint


def test_without_a_value_the_message_tells_findings_apart() -> None:
    """Two findings at one path that quote nothing are still two."""
    first = replace(UNKNOWN_ROLE, value="", message="`owner` is missing")
    second = replace(UNKNOWN_ROLE, value="", message="`description` is missing")
    assert first.fingerprint != second.fingerprint
