"""Stages name the state of services that catalog.yaml declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.checks.references import Names, declared, unknown
from companyos.findings import Finding, Severity

CHECK = Check("ref/unknown-service", Severity.ERROR, "a stage names an unknown service")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each service that stages name and the catalogue does not."""
    if facts.catalog is None or facts.stages is None:
        return
    names = Names(
        "service",
        "declare it under `services` in `config/catalog.yaml`",
        declared(service.name for service in facts.catalog.services),
    )
    uses = (word for stage in facts.stages for word in stage.services)
    yield from unknown(CHECK, uses, names)
