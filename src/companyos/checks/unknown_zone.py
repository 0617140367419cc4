"""A freeze window's time zone is one of the IANA database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "stage/unknown-zone", Severity.ERROR, "a freeze window is in no known time zone"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each freeze window of which nobody knows when it is."""
    for stage in facts.stages or ():
        for freeze in stage.freezes:
            if not freeze.is_zone_known:
                yield CHECK.finding(
                    freeze.zone,
                    f"`{freeze.zone.text}` is no time zone",
                    label="not in the IANA database",
                    expected="a zone such as `Europe/Berlin` or `UTC`",
                    hint="name a place like `Europe/Berlin`; short names like `CEST` "
                    "are not unique",
                )
