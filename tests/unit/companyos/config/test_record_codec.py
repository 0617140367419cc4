"""Results as JSON and back: nothing of what a file says is lost."""

from __future__ import annotations

import pytest

import check_cases
from companyos.config.read_file import read_file
from companyos.config.record_codec import Codec
from desired_state_generator import FAULTS, Size, generate


def assert_come_back(files: dict[str, bytes]) -> None:
    """Assert that the result of each file comes back as it was, of one codec."""
    writer, reader = Codec(), Codec()
    for path, data in files.items():
        result = read_file(path, data)
        back = reader.decode(path, writer.encode(result))
        assert back == result
        assert hash(back.conditions) == hash(result.conditions)


def test_results_come_back_as_they_were() -> None:
    """With findings of every kind that reading has, and without."""
    files = dict(generate(1, Size(50, 14, 20), faults=sorted(FAULTS)).files)
    assert_come_back(files)


@pytest.mark.parametrize("check", check_cases.names())
def test_the_results_of_all_examples_come_back(check: str) -> None:
    """They have every key that files can have, and every mistake."""
    assert_come_back(check_cases.good(check))
    assert_come_back(check_cases.bad(check)[0])


def test_findings_in_several_files_come_back() -> None:
    """With the places in other files that they talk about."""
    files, _ = check_cases.bad("id/duplicate")
    found = [
        finding
        for path, data in files.items()
        for finding in read_file(path, data).findings
    ]
    codec = Codec()
    assert codec.findings_again(codec.findings(found)) == tuple(found)
