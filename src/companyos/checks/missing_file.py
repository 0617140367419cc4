"""The files of which there is one must be there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, Word
from companyos.findings import Finding, Severity

CHECK = Check("ref/missing-file", Severity.ERROR, "a file that is needed is not there")

NEEDED = (
    "config/catalog.yaml",
    "config/identity.yaml",
    "config/regions.yaml",
    "config/signers.yaml",
    "config/stages.yaml",
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each needed file that is not there."""
    there = set(facts.files)
    for path in NEEDED:
        if path not in there:
            yield CHECK.finding(
                Word(path, path),
                f"`{path}` is missing",
                hint="add it; `companyos init` in an empty folder shows an example",
            )
