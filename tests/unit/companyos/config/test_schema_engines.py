"""Two engines, one answer: whichever finds a mistake, the finding is the same."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import check_cases
from companyos.config import schemas
from companyos.config.kinds import KINDS, Kind, kind_of_path
from companyos.config.schema_check import check_schema
from companyos.config.schema_engines import engine, python_engine
from companyos.config.schema_files import schema_of
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import Source, read
from companyos.digests import JSONValue
from companyos.findings import Finding, in_order
from desired_state_generator import FAULTS, Size, generate


def by_both(kind: Kind, source: Source) -> list[tuple[Finding, ...]]:
    """Return the findings of each engine, in order."""
    engines = (engine(), python_engine())
    return [in_order(check_schema(kind, source, by=each)) for each in engines]


def agree_on(path: str, data: bytes) -> None:
    """Hold the engines' findings about one file against each other."""
    kind = kind_of_path(path)
    if kind is None:
        return
    try:
        source = read(path, data)
    except RefusedYamlError:
        return
    rust, python = by_both(kind, source)
    assert rust == python


def test_there_are_two_engines() -> None:
    """Else the comparisons below would compare nothing."""
    assert engine().name.startswith("jsonschema-rs ")
    assert re.fullmatch(r"jsonschema [0-9.]+", python_engine().name)


@pytest.mark.parametrize("check", check_cases.names())
def test_engines_agree_on_every_bad_example(check: str) -> None:
    """Finding for finding: check, place, path and words."""
    files, _ = check_cases.bad(check)
    for path, data in files.items():
        agree_on(path, data)


def test_engines_agree_on_generated_files_and_their_faults() -> None:
    """Right files are right for both, and every kind of fault is the same fault."""
    state = generate(3, Size(60, 30, 30), faults=sorted(FAULTS))
    for path, data in state.files.items():
        agree_on(path, data)


SCALARS = st.none() | st.booleans() | st.integers(-3, 200) | st.floats(0, 100, width=16)
WORDS = st.sampled_from(["a", "on", "", "A b", "x\n", "2027-01-31", "dataset:read"])
KEYS = st.sampled_from(
    sorted({key for kind in KINDS for key in re.findall(rb'"([a-z_]+)": \{',
        schemas.export()[f"{kind}.schema.json"])})
).map(bytes.decode)  # fmt: skip
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(KEYS, VALUES, max_size=6))
@example(Kind.CHECKS, {"severities": {"ignore": {"b": 1, "a": None}}})
@example(Kind.CHECKS, {"ignore": [{"a": 2, "b": 1}, {"b": 1, "a": 2}]})
def test_engines_agree_on_documents_of_any_shape(
    kind: Kind, value: dict[str, JSONValue]
) -> None:
    """Known keys at any place, with values of any type."""
    source = read("x.yaml", json.dumps(value).encode())
    rust, python = by_both(kind, source)
    assert rust == python


@pytest.mark.parametrize("value", ["{b: 1}", "[error]", "3", "null"])
def test_what_is_no_word_is_not_held_against_words(value: str) -> None:
    """Its type is all there is to say; that it is none of the words adds nothing."""
    source = read("x.yaml", f"severities: {{flag/expired: {value}}}".encode())
    for found in by_both(Kind.CHECKS, source):
        assert [each.check for each in found] == ["schema/type"]


def test_the_packaged_schemas_are_those_of_the_models() -> None:
    """After a change of the models: `python3 scripts/schemas.py`."""
    for kind in KINDS:
        assert schema_of(kind) == schemas.made_schema(kind)
