"""A static subject's attributes have the types that catalog.yaml declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, GivenFacts
from companyos.findings import Finding, Severity

CHECK = Check(
    "ref/attribute-type",
    Severity.ERROR,
    "a static subject's attribute is not of its declared type",
)

_KINDS: Mapping[str, str] = {
    "string": "a string",
    "integer": "a number",
    "boolean": "a boolean",
    "strings": "a list",
}
_HOW: Mapping[str, str] = {
    "string": "quote it",
    "integer": "write a whole number without quotes",
    "boolean": "write `true` or `false` without quotes",
    "strings": "write a list, as in `[one, two]`",
}


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each value for which every request of its subject would be denied."""
    if facts.catalog is None:
        return
    types = {each.name: each.type for each in facts.catalog.subject}
    for subject in facts.subjects or ():
        for given in subject.attributes:
            wanted = types.get(given.name.text, given.type)
            if wanted != given.type:
                yield _finding(given, wanted)


def _finding(given: GivenFacts, wanted: str) -> Finding:
    name = given.name.text
    return CHECK.finding(
        given.value,
        f"attribute `{name}` is {_KINDS[given.type]}, and declared as `{wanted}`",
        label="every request would be denied as invalid",
        expected=_KINDS[wanted],
        hint=f"{_HOW[wanted]}, or declare `{name}` as `{given.type}` in "
        "`config/catalog.yaml`",
    )
