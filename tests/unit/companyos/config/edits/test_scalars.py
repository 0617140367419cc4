"""How single values are written."""

from __future__ import annotations

import pytest

from companyos.config.edits.scalars import laid_out, written
from companyos.config.yaml_source import parse
from companyos.digests import JSONValue


@pytest.mark.parametrize(
    "value",
    [
        "off",
        "a\ttab\nand\\more",
        {"off": 60, "on": ["no", 1.5, None]},
    ],
)
def test_what_is_written_reads_back_without_a_remark(value: JSONValue) -> None:
    """What readers of YAML take for something else is quoted."""
    for text in (f" {written(value)}", laid_out(value, 0, "\n")):
        source = parse("x.yaml", f"key:{text}\n")
        assert source.value == {"key": value}
        assert not source.findings
