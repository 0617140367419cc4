"""Findings of every sort for tests of the forms in which they are told."""

from __future__ import annotations

from companyos.checks.suppressing import Suppressed
from companyos.findings import Edit, Finding, Fix, Place, Related, Severity
from companyos_cli.render.report import Report

FLAG = "config/flags/new search.yaml"
TENANT = "config/tenants/acme.yaml"

UNKNOWN = Finding(
    check="ref/unknown-policy",
    severity=Severity.ERROR,
    message="policy bundle `standart` does not exist, 100 %",
    place=Place(TENANT, 3, 20, 3, 28),
    hint="did you mean `standard`?",
    path="/policy_bundle_ref",
    value="standart",
    related=(
        Related(Place("config/policies/standard.yaml", 2, 12, 2, 20), "closest match"),
    ),
    count=3,
    fix=Fix(
        (Edit(Place(TENANT, 3, 20, 3, 28), "standard"),), "write it so", safe=False
    ),
)
LATE = Finding(
    check="flag/expired",
    severity=Severity.WARNING,
    message="flag `new-search` has expired\n::error::not a command <&>",
    place=Place(FLAG, 5, 13, 6, 2),
    path="/expires_at",
    value="2026-01-31",
)
WHOLE_FILE = Finding(
    check="id/case-collision",
    severity=Severity.INFO,
    message="two files \x07",
    place=Place(TENANT),
)
SET_ASIDE = Suppressed(
    Finding("flag/stale", Severity.WARNING, "always on", Place(FLAG, 2, 1, 2, 5)),
    "the audit needs it",
)
KNOWN = Finding("flag/unused", Severity.WARNING, "unused", Place(FLAG, 2, 1, 2, 5))
REPORT = Report((LATE, UNKNOWN, WHOLE_FILE), (SET_ASIDE,), (KNOWN,))
EMPTY = Report(())
