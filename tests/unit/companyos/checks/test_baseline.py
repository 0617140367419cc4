"""The baseline: known findings are put apart, errors never, and it only shrinks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companyos.checks.baseline import (
    Baseline,
    compare,
    is_baseline,
    read_baseline,
    write_baseline,
)
from companyos.errors import UsageError
from companyos.findings import Finding, Place, Severity

PATH = "checks-baseline.json"
EXPIRED = Finding(
    "flag/expired", Severity.WARNING, "has expired", Place("a.yaml", 7), path="/x"
)
LATE = replace(EXPIRED, check="flag/expires-late", severity=Severity.INFO)
ERROR = replace(EXPIRED, check="flag/weights", severity=Severity.ERROR)


def baseline(*findings: Finding) -> Baseline:
    """Return the baseline of these, written and read again."""
    return read_baseline(PATH, write_baseline(findings))


def test_what_is_written_is_known_when_read() -> None:
    """Wherever its line is by then."""
    moved = replace(EXPIRED, place=Place("a.yaml", 70))
    compared = compare([moved, LATE], baseline(EXPIRED), is_whole=True)
    assert (compared.new, compared.known) == ((LATE,), (moved,))


def test_an_error_is_never_known() -> None:
    """Neither written, nor believed where somebody wrote it."""
    assert baseline(ERROR).entries == ()
    forged = baseline(replace(ERROR, severity=Severity.WARNING))
    assert compare([ERROR], forged, is_whole=True).new == (ERROR,)


def test_a_finding_that_is_gone_is_told_at_its_line() -> None:
    """The entry is on the line that the file has it on."""
    known = baseline(EXPIRED, LATE)
    [stale] = compare([LATE], known, is_whole=True).new
    assert stale.check == "baseline/stale-entry"
    line = write_baseline([EXPIRED, LATE]).decode().split("\n")[stale.place.line - 1]
    assert EXPIRED.fingerprint in line
    assert stale.place.file == PATH


def test_nothing_is_called_gone_that_may_only_be_hidden() -> None:
    """By an error, or because not everything was looked at."""
    known = baseline(EXPIRED)
    assert compare([ERROR], known, is_whole=True).new == (ERROR,)
    assert compare([], known, is_whole=False).new == ()


def test_the_order_of_findings_changes_nothing() -> None:
    """The same findings give the same bytes, each once."""
    assert write_baseline([EXPIRED, LATE]) == write_baseline([LATE, EXPIRED, LATE])


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"[]", b'{"schema": "companyos.baseline/v3", "findings": []}',
        b'{"schema": "companyos.baseline/v2"}',
        b'{"schema": "companyos.baseline/v2", "findings": [1]}',
        b'{"schema": "companyos.baseline/v2", "findings": [{"check": "a"}]}',
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_refused(data: bytes) -> None:
    """With the way to write one."""
    with pytest.raises(UsageError, match="is no baseline") as caught:
        read_baseline(PATH, data)
    assert "--write-baseline" in (caught.value.hint or "")


def test_a_baseline_of_an_earlier_version_is_refused_as_such() -> None:
    """Its fingerprints would make every finding in a list new, and say nothing why."""
    with pytest.raises(UsageError, match="of an earlier version") as caught:
        read_baseline(PATH, b'{"schema": "companyos.baseline/v1", "findings": []}')
    assert "--write-baseline" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b'{"schema": "companyos.baseline/v1", "findings": []}', True),
        (write_baseline([EXPIRED]), True),
        (b'{"schema": "companyos.state/v1"}', False),
        (b"[]", False),
        (b"flag_id: bulk-export", False),
        (b"", False),
    ],
)
def test_only_what_says_so_is_a_baseline(data: bytes, *, is_one: bool) -> None:
    """Nothing else is ever replaced by one."""
    assert is_baseline(data) is is_one
