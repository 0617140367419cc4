"""Results as JSON and back: nothing of what a file says is lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import check_cases
from companyos.config.read_file import FileResult, read_file
from companyos.config.record_codec import Codec, is_kept
from desired_state_generator import Size, generate


def results(files: dict[str, bytes]) -> list[FileResult]:
    """Return the results of files that have the form."""
    read = [read_file(path, data) for path, data in files.items()]
    return [each for each in read if is_kept(each)]


def round_trip(result: FileResult) -> FileResult:
    """Return a result as another process gets it."""
    writer = Codec()
    row = json.loads(json.dumps(writer.encode(result)))
    paths = json.loads(json.dumps(writer.paths))
    return Codec([tuple(path) for path in paths]).decode(result.path, row)


def test_a_result_comes_back_as_it_was() -> None:
    """But for the plain value, which is not kept."""
    read = results(dict(generate(1, Size(10, 4, 6)).files))
    assert len(read) == 20
    for each in read:
        assert round_trip(each) == replace(each, value=None)


@pytest.mark.parametrize("check", check_cases.names())
def test_the_results_of_all_good_examples_come_back(check: str) -> None:
    """They have every key that files can have."""
    for each in results(check_cases.good(check)):
        back = round_trip(each)
        assert back == replace(each, value=None)
        assert hash(back.conditions) == hash(each.conditions)


def test_what_has_a_finding_is_read_again() -> None:
    """So that a finding never comes from what was kept."""
    [path] = [p for p in generate(1, Size(1, 1, 1)).files if "tenants/" in p]
    assert not is_kept(read_file(path, b"tenant_id: x\n"))
    assert not is_kept(read_file("config/regions.yaml", b"regions: {}\n"))
