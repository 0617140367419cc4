"""From `config/checks.yaml` to how findings are reported."""

from __future__ import annotations

from companyos.checks.facts import PreferenceFacts
from companyos.config.facts_of import Places
from companyos.config.plain import table, text_or, texts
from companyos.digests import JSONObject
from companyos.findings import Severity


def preference_facts(value: JSONObject, at: Places) -> PreferenceFacts:
    """Return what a repository prefers, and where it says so."""
    severities = table(value, "severities")
    return PreferenceFacts(
        severities=tuple(
            (at.key("severities", name), Severity(str(severity)))
            for name, severity in severities.items()
        ),
        ignore=at.values(texts(value, "ignore"), "ignore"),
        baseline=text_or(value, "baseline", None),
    )
