"""A file is called like the id in it, so that whoever knows one finds the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity

CHECK = Check(
    "id/filename-mismatch", Severity.ERROR, "a file is not called like the id in it"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each id that differs from its file's name."""
    words = [each.id for each in facts.tenants]
    words += [each.id for each in facts.bundles]
    words += [each.id for each in facts.flags]
    for word in words:
        name = word.file.rsplit("/", 1)[-1].removesuffix(".yaml")
        if word.text != name:
            yield CHECK.finding(
                word,
                f"the id `{word.text}` is not the file's name `{name}`",
                label=f"the file says `{name}`",
                expected=name,
                hint=f"write `{name}`, or rename the file to `{word.text}.yaml`",
            )
