"""A country belongs to one data region, or a subject's region would be chance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts, Word
from companyos.findings import Finding, Related, Severity

CHECK = Check(
    "tenant/ambiguous-country", Severity.ERROR, "a country is in two data regions"
)


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each country's second region."""
    first: dict[str, Word] = {}
    for region in facts.regions or ():
        for country in region.countries:
            before = first.setdefault(country.text, country)
            if before is not country:
                yield CHECK.finding(
                    country,
                    f"country `{country.text}` is in two data regions",
                    label="a second time",
                    hint="keep it in one",
                    related=(Related(before.place, "first here"),),
                )
