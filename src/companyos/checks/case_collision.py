"""Two file names that differ only in case cannot both be checked out everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, Word
from companyos.findings import Finding, Place, Related, Severity

CHECK = Check("id/case-collision", Severity.ERROR, "two file names differ only in case")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each file whose name another one has already, but for case."""
    first: dict[str, str] = {}
    for path in sorted(facts.files):
        before = first.setdefault(path.casefold(), path)
        if before != path:
            yield CHECK.finding(
                Word(path, path),
                f"`{path}` and `{before}` are one file where case does not count",
                hint="rename one of the two; macOS and Windows could hold only one",
                related=(Related(Place(before), "the other"),),
            )
