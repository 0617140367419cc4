"""Whole desired states with a file that was mutated: findings, and quickly.

A file's text is changed as people and editors do, or one of its values becomes another
one, of any type, which YAML alone does not mind.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml

from companyos.checks.registry import CHECKS
from companyos.config.fixes.registry import with_fixes
from companyos.config.load import Loaded, assemble
from companyos.config.read_file import FileResult, read_file
from companyos.config.sources import read_folder
from companyos.digests import JSONValue
from companyos.findings import Severity
from companyos_cli.render.findings_forms import rendered
from companyos_cli.render.findings_json import findings_json
from companyos_cli.render.findings_text import findings_text
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.render.report import Report
from mutated_texts import mutated

ROOT = Path(__file__).resolve().parents[2]
INVARIANTS = "config/invariants.yaml"
EVERYDAY = 300
WHOLE = 20_000
SECONDS_MAX = 1.0
TODAY = date(2026, 12, 1)
NESTED: list[JSONValue] = [[], {}, [[]], [None], {"": ""}, {"a": {"b": [1]}}]
OTHERS: tuple[JSONValue, ...] = (
    *(None, True, False, 0, -1, 10**30, 1.5, "", " ", "a", "*", "pilot-a", "dev"),
    *("x" * 5000, "2026-02-30", "2026-01-01", "pilot-standard", "true", "[", "é\u0301"),
    *("subject.region == resource.region", "!" * 300, "(" * 200 + "1" + ")" * 200),
    *(*NESTED, ["a"] * 300),
)  # fmt: skip


def changed(value: JSONValue, chance: random.Random) -> JSONValue:
    """Return a value with one of the values in it put in place of another."""
    if isinstance(value, Mapping) and value and chance.random() < 0.85:
        name = chance.choice(sorted(value))
        rest = {key: each for key, each in value.items() if key != name}
        if chance.random() < 0.1:
            return {**rest, str(chance.choice(OTHERS))[:50]: value[name]}
        return {**value, name: changed(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        return [*value[:at], changed(value[at], chance), *value[at + 1 :]]
    return chance.choice(OTHERS)


def mutation(data: bytes, chance: random.Random) -> bytes:
    """Return a file's bytes after a change of its text, or of a value in it."""
    if chance.random() < 0.3:
        return mutated(data.decode(), chance)
    value: JSONValue = yaml.safe_load(data)
    for _ in range(chance.randint(1, 3)):
        value = changed(value, chance)
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).encode()


def every_form(loaded: Loaded) -> None:
    """Tell the findings in every form; what programs read is what they can read."""
    assert findings_text(loaded.findings, loaded.text)
    report = Report(loaded.findings, loaded.suppressed)
    json.dumps(findings_json(loaded.findings, suppressed=loaded.suppressed))
    for form in FindingsOutput:
        if form in {FindingsOutput.SARIF, FindingsOutput.GITLAB}:
            json.loads(rendered(report, form, CHECKS))
        elif form in {FindingsOutput.GITHUB, FindingsOutput.JUNIT}:
            rendered(report, form, CHECKS).encode()


def look_at_many(count: int, seed: int) -> None:
    """Look at as many states, each with one file that is not as it was.

    How findings can be mended is worked out as well.
    """
    chance = random.Random(seed)  # noqa: S311 - the same again is the point
    whole = read_folder(ROOT)
    sources = {path: data for path, data in whole.items() if path != INVARIANTS}
    results = {path: read_file(path, data) for path, data in whole.items()}
    wrong = 0
    for number in range(count):
        told = whole if not number % 25 else sources  # proving them takes long
        path = chance.choice(sorted(told))
        data = mutation(told[path], chance)
        begun = time.perf_counter()
        loaded = look_at(told, results, path, data)
        assert time.perf_counter() - begun < SECONDS_MAX, (number, path, data)
        with_fixes(loaded.findings, loaded.sources)
        wrong += any(each.severity is Severity.ERROR for each in loaded.findings)
        if not number % 20:
            every_form(loaded)
    assert wrong > count // 2


def look_at(
    sources: Mapping[str, bytes],
    results: Mapping[str, FileResult],
    path: str,
    data: bytes,
) -> Loaded:
    """Return the desired state with other bytes in one of its files."""
    mine = {each: results[each] for each in sources} | {path: read_file(path, data)}
    return assemble(mine.values(), {**sources, path: data}, today=TODAY)


def test_a_mutated_file_gives_findings_and_nothing_else() -> None:
    """A few hundred, on every run."""
    look_at_many(EVERYDAY, seed=1)


@pytest.mark.slow
def test_many_mutated_files_give_findings_and_nothing_else() -> None:
    """Twenty thousand, or as many as COMPANYOS_FUZZ says."""
    look_at_many(int(os.environ.get("COMPANYOS_FUZZ", str(WHOLE))), seed=2)
