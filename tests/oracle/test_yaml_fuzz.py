"""Mutated files: nothing but a value or a refusal, quickly, and one meaning of a value.

The other reader is a strict one of YAML 1.2, in a process of its own, because some
texts make it crash. COMPANYOS_FUZZ says how many texts there are.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import read
from companyos.digests import JSONValue
from desired_state_generator import Size, generate
from mutated_texts import mutated

EVERYDAY = 400
WHOLE = 20_000
SECONDS_MAX = 1.0
READER = Path(__file__).parent / "yaml12_reader.py"


def texts(count: int, seed: int) -> list[bytes]:
    """Return as many mutated files of a desired state."""
    chance = random.Random(seed)  # noqa: S311 - the same again is the point
    files = [data.decode() for data in generate(1, Size(20, 10, 10)).files.values()]
    return [mutated(chance.choice(files), chance) for _ in range(count)]


def ours(data: bytes) -> tuple[bool, JSONValue, float]:
    """Return whether a text is taken, as what, and after how many seconds."""
    start = time.perf_counter()
    try:
        value = read("x.yaml", data).value
    except RefusedYamlError:
        return False, None, time.perf_counter() - start
    return True, value, time.perf_counter() - start


def theirs(accepted: list[bytes]) -> list[str | None]:
    """Return each text's value as JSON, None where the other reader refuses it."""
    found: list[str | None] = []
    while len(found) < len(accepted):
        rest = [data.decode() for data in accepted[len(found) :]]
        done = subprocess.run(
            [sys.executable, str(READER)],
            input=json.dumps(rest),
            capture_output=True,
            check=False,
            text=True,
            timeout=600,
        )
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        found += answers
        if len(answers) < len(rest):
            found.append(None)  # it crashed on this one
    return found


def compare(count: int, seed: int) -> None:
    """Read mutated files with both readers."""
    accepted: list[tuple[bytes, JSONValue]] = []
    for data in texts(count, seed):
        taken, value, seconds = ours(data)
        assert seconds < SECONDS_MAX, data
        if taken:
            accepted.append((data, value))
    assert len(accepted) > count // 20
    answers = theirs([data for data, _ in accepted])
    differ = [
        (data, value, answer)
        for (data, value), answer in zip(accepted, answers, strict=True)
        if answer is not None and answer != json.dumps(value, sort_keys=True)
    ]
    assert differ == []


@pytest.mark.oracle
def test_no_mutated_file_means_something_else_to_a_strict_reader() -> None:
    """A few hundred, on every run with the `check` group."""
    compare(EVERYDAY, seed=1)


@pytest.mark.oracle
@pytest.mark.slow
def test_none_of_many_mutated_files_means_something_else() -> None:
    """Twenty thousand, or as many as COMPANYOS_FUZZ says."""
    compare(int(os.environ.get("COMPANYOS_FUZZ", str(WHOLE))), seed=2)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_mutated_file_gives_a_value_or_a_refusal_and_soon(seed: int) -> None:
    """Never another exception, and never more than a second."""
    for data in texts(300, seed):
        _, _, seconds = ours(data)
        assert seconds < SECONDS_MAX, data
