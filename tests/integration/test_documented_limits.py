"""The numbers that pages state are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from companyos.conditions.interpreter import STEPS_MAX
from companyos.conditions.wire import DEPTH_MAX
from companyos.config.documents.identity import CacheDocument
from companyos.diff.candidates import ELEMENTS_MAX, PARTS_MAX
from companyos.diff.cover import BOXES_MAX
from companyos.diff.space import GROUP_MAX, POINTS_MAX, ROLES_MAX
from companyos.flags.vocabulary import LIFETIME_DAYS, FlagKind
from companyos.identity.backends.idle_connections import IDLE_MAX
from companyos.identity.backends.timed_http import BODY_BYTES_MAX
from companyos.identity.cache import CAPACITY, FLIGHTS_MAX, SLOW_FAILURES_MAX
from companyos.identity.subjects import SUBJECT_ID_LENGTH_MAX
from companyos_cli.drifting import AGE_MAX, TIMEOUT_SECONDS
from companyos_cli.folders import KEPT
from companyos_cli.render.diff_markdown import LENGTH_MAX
from companyos_cli.render.findings_github import SHOWN_PER_SEVERITY
from companyos_cli.render.findings_text import SHOWN_PER_CHECK
from companyos_services.service_settings import ServiceName, ServiceSettings

POLL_SECONDS = ServiceSettings(
    ServiceName.EXPORTS, Path("bundle"), Path("jwks"), Path("data")
).poll_seconds
CACHE: dict[str, int] = CacheDocument().model_dump()
DOCS = Path(__file__).resolve().parents[2] / "docs"
WORDS = {"five": 5, "eight": 8, "ten": 10, "twenty": 20, "six": 6, "every second": 1}
DIFF = "explanation/what-a-change-does.md"
STATE = "reference/state-document.md"
CONDITIONS = "reference/conditions.md"
FLAGS = "reference/flags.md"
IDENTITY = "reference/identity.md"
FINDINGS = "reference/findings.md"
DIRECTORY = "reference/bundle-directory.md"
STATED: dict[tuple[str, str], float | None] = {
    (DIFF, r"at most ([\d,]+ k)B long"): LENGTH_MAX,
    (DIFF, r"more than ([\d,]+) classes of one action"): POINTS_MAX,
    (DIFF, r"or ([\d,]+) combinations in one group"): GROUP_MAX,
    (DIFF, r"more than (\d+) parts are asked"): PARTS_MAX,
    (DIFF, r"more than (\d+) values can be in one list"): ELEMENTS_MAX,
    (DIFF, r"there are more than (\d+) roles"): ROLES_MAX,
    (DIFF, r"longer than (\w+) rows"): BOXES_MAX,
    (STATE, r"more than (\d+) seconds away"): AGE_MAX.total_seconds(),
    (STATE, r"no answer within (\d+) seconds"): TIMEOUT_SECONDS,
    (CONDITIONS, r"nesting \| (\d+) levels"): DEPTH_MAX,
    (CONDITIONS, r"steps of one evaluation \| ([\d,]+)"): STEPS_MAX,
    (FLAGS, r"`release` and `experiment` (\d+) days"): LIFETIME_DAYS[FlagKind.RELEASE],
    (FLAGS, r"`ops` (\d+) days"): LIFETIME_DAYS[FlagKind.OPS],
    (FINDINGS, r"Text shows (\w+) findings of a check"): SHOWN_PER_CHECK,
    (FINDINGS, r"workflow commands, (\w+) of each severity"): SHOWN_PER_SEVERITY,
    (IDENTITY, r"1 to (\d+) visible ASCII"): SUBJECT_ID_LENGTH_MAX,
    (IDENTITY, r"at most (\w+) idle ones"): IDLE_MAX,
    (IDENTITY, r"more than (\d+) KiB"): BODY_BYTES_MAX / 1024,
    (IDENTITY, r"`ttl_seconds` \| (\d+) "): CACHE["ttl_seconds"],
    (IDENTITY, r"`negative_seconds` \| (\d+) "): CACHE["negative_seconds"],
    (IDENTITY, r"`max_stale_seconds` \| (\d+) "): CACHE["max_stale_seconds"],
    (IDENTITY, r"`timeout_ms` \| (\d+) "): CACHE["timeout_ms"],
    (IDENTITY, r"After (\w+) lookups in a row"): SLOW_FAILURES_MAX,
    (IDENTITY, r"At most ([\d,]+) answers are kept"): CAPACITY,
    (IDENTITY, r"at most (\d+) lookups are under way"): FLIGHTS_MAX,
    (DIRECTORY, r"The newest (\w+)\nversions stay"): KEPT,
    (DIRECTORY, r"look at\n`current` (every second)"): POLL_SECONDS,
}


@pytest.mark.parametrize(("name", "pattern"), STATED)
def test_a_number_is_the_one_that_counts(name: str, pattern: str) -> None:
    """It stands on the page once, as in the code."""
    text = (DOCS / name).read_text("utf-8")
    (found,) = re.findall(pattern, text)
    assert number_of(found) == STATED[name, pattern]


def test_kinds_that_live_alike_are_told_together() -> None:
    """The page says one number for two kinds, and `for ever` for two."""
    assert LIFETIME_DAYS[FlagKind.EXPERIMENT] == LIFETIME_DAYS[FlagKind.RELEASE]
    assert LIFETIME_DAYS[FlagKind.KILL_SWITCH] is None
    assert LIFETIME_DAYS[FlagKind.PERMISSION] is None


def number_of(written: str) -> int:
    """Return a number as pages write it: in words, with commas, or in thousands."""
    if written in WORDS:
        return WORDS[written]
    thousands = written.endswith(" k")
    return int(written.removesuffix(" k").replace(",", "")) * (1000 if thousands else 1)
