"""The one place where findings are set aside: by comments, as their files ask for.

Where no file has such a comment and none says how checks matter, nothing is done here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from companyos.checks.choosing import Preferences, preferences_of
from companyos.checks.facts import PreferenceFacts
from companyos.checks.suppressing import Sifted, Suppression, sift
from companyos.config.check_names import ALL
from companyos.config.item_names import named, names_in_record
from companyos.findings import Finding, in_order


def set_aside(
    findings: Iterable[Finding],
    suppressions: Iterable[Suppression],
    preferred: PreferenceFacts | None,
    *,
    today: date,
) -> tuple[Sifted, Preferences]:
    """Return what is left of the findings, by place, and what the repository prefers.

    Preferences are returned, not applied: what can be released does not hang on them.
    """
    preferences, problems = preferences_of(preferred, ALL)
    names = names_in_record(preferred)
    told = [*findings, *named(problems, lambda _path: names)]
    comments = tuple(suppressions)
    if not comments:
        return Sifted(in_order(told)), preferences
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    left = sift(told, comments, ALL, now=now)
    return Sifted(in_order(left.findings), left.suppressed), preferences
