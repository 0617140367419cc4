"""Shapes: what a wrong one is called, where it is, and what helps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.config import schemas
from companyos.config.kinds import Kind
from companyos.config.models import MODELS
from companyos.config.schema_check import FINDINGS_MAX, check_schema
from companyos.config.schema_engines import Engine, engine, python_engine
from companyos.config.yaml_source import read
from companyos.errors import UsageError
from companyos.findings import Finding

ROOT = Path(__file__).parents[4]
TENANT = """\
tenant_id: acme
display_name: Acme
env: live
policy_bundle_ref: standard
data_region: eu
owner_contact: owner@acme.example
"""
FLAG = "flag_id: f\ndescription: x\nowner: t\ndefault: true\n"


def findings(kind: Kind, text: str) -> tuple[Finding, ...]:
    """Return what the schema says about a file's text."""
    return check_schema(kind, read("x.yaml", text.encode()))


def test_the_committed_schemas_are_those_of_the_models() -> None:
    """`schemas/` holds exactly what `companyos schema export` writes."""
    there = {path.name: path.read_bytes() for path in (ROOT / "schemas").iterdir()}
    assert there == dict(schemas.export())


def test_every_schema_says_what_it_is() -> None:
    """Each has an address, a title, and tells of every key with an example."""
    for data in schemas.export().values():
        schema = json.loads(data)
        assert schema["$id"].startswith("https://")
        assert schema["title"]
        tables = [schema, *schema.get("$defs", {}).values()]
        keys = [key for table in tables for key in table.get("properties", {}).values()]
        assert keys
        assert all(key.get("description") and key.get("examples") for key in keys)


def test_no_schema_lets_a_key_be_empty() -> None:
    """An optional key is left out; written without a value it is a slip."""
    assert all(b'"null"' not in data for data in schemas.export().values())


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("data_region: eu", "data_regoin: eu", "did you mean `data_region`?"),
        ("tenant_id: acme", "tenant_id: 7", 'quote it: "7"'),
        ("tenant_id: acme", "tenant_id: true", 'quote it: "true"'),
    ],
)
def test_a_likely_slip_gets_a_hint(old: str, new: str, hint: str) -> None:
    """Keys, words and unquoted text are met with what was probably meant."""
    found = findings(Kind.TENANT, TENANT.replace(old, new))
    assert hint in {each.hint for each in found}


@pytest.mark.parametrize(
    ("kind", "line", "hint"),
    [
        (Kind.TENANT, "feature_flags: bulk-export", "write `[bulk-export]`"),
        (Kind.TENANT, "feature_flags: a, b-c", "write `[a, b-c]`"),
        (Kind.FLAG, "rollout: 25", "write it like `{percent: 25}`"),
        (Kind.FLAG, "rollout: {percent: 25%}", "write `25`"),
        (Kind.FLAG, 'rollout: {percent: "12.5"}', "write `12.5`"),
        (Kind.FLAG, "kind: [ops]", "write `ops`"),
        (Kind.FLAG, "per_tenant_overrides: [acme]",
         "write it like `{pilot-a: true, pilot-b: false}`"),
        (Kind.POLICY, "abstract: yes", "write `true`"),
    ],
)  # fmt: skip
def test_a_wrong_type_says_how_the_right_one_looks(
    kind: Kind, line: str, hint: str
) -> None:
    """With the value itself where it can be written so, else with an example."""
    head = {Kind.TENANT: TENANT, Kind.FLAG: FLAG}.get(kind, "")
    found = findings(kind, f"{head}{line}\n")
    assert hint in [each.hint for each in found if each.check == "schema/type"]


FORMAT = (
    "flag_id: f\ndescription: x\nowner: t\ntype: string\ndefault: jsonl\n"
    "variants: {csv: text/csv, jsonl: application/jsonl}\n"
)
SIZE = (
    FORMAT.replace("string", "integer")
    .replace("jsonl\n", "small\n")
    .replace("{csv: text/csv, jsonl: application/jsonl}", "{small: 100, large: 1000}")
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FORMAT + "per_tenant_overrides: {internal: text/csv}\n",
         "`text/csv` is the value of variant `csv`; write `csv`"),
        (SIZE.replace("default: small", "default: 100"),
         "`100` is the value of variant `small`; write `small`"),
        (FORMAT + "per_tenant_overrides: {internal: {value: csv}}\n",
         "`value` is for boolean flags; write `variant: csv`"),
        (FORMAT + "rules: [{name: r, when: x, serve: {value: text/csv}}]\n",
         "`value` is for boolean flags; write `variant: csv`"),
        (FLAG + "prerequisites: [{flag: g, value: csv}]\n",
         "`value` is for boolean flags; write `variant: csv`"),
        (FLAG + 'prerequisites: [{flag: g, value: "true"}]\n',
         '`"true"` is text here; write `true` without quotes'),
        (FLAG + "per_tenant_overrides: {acme: {value: no}}\n",
         "`no` is text here; write `false`"),
        (FLAG + "per_tenant_overrides: {acme: {variant: true}}\n",
         "`variant` takes a name; write `value: true`"),
        (FLAG.replace("true", "1"),
         "a boolean flag answers `true` or `false`, not a number"),
        (FLAG + "rollout: {percent: 5, order: [true]}\n",
         'the variants of a boolean flag are `on` and `off`; write `"on"`'),
    ],
)  # fmt: skip
def test_a_flag_s_answer_is_judged_by_the_flag_s_type(text: str, message: str) -> None:
    """What was meant is told, and no quotes are proposed that would not help."""
    [found] = findings(Kind.FLAG, text)
    assert found.message == message
    assert "string" not in found.expected


def test_a_number_where_text_is_wanted_says_so() -> None:
    """The finding shows the value as it is written, not as YAML made it."""
    [found] = findings(Kind.TENANT, TENANT.replace("Acme", "1.10"))
    assert found.message == "`1.10` is a number; quote it"
    assert (found.place.line, found.place.column, found.place.end_column) == (2, 15, 19)


def test_a_key_without_a_value_is_marked_at_the_key() -> None:
    """Behind the colon there is nothing to point at."""
    [found] = findings(Kind.TENANT, TENANT.replace("env: live", "env:"))
    assert (found.check, str(found.place)) == ("schema/type", "x.yaml:3:1")


def test_every_missing_key_is_a_finding_of_its_own() -> None:
    """So that the paths, and with them the fingerprints, differ."""
    found = findings(Kind.TENANT, "tenant_id: acme\ndisplay_name: Acme\n")
    assert {each.path for each in found} == {
        "/env",
        "/policy_bundle_ref",
        "/data_region",
        "/owner_contact",
    }


def test_alternatives_are_judged_by_the_one_that_was_meant() -> None:
    """A mapping where a value or a mapping may stand is held to the mapping's rules."""
    text = FLAG + "per_tenant_overrides:\n  acme: {value: true, untill: 2027-01-01}\n"
    [found] = findings(Kind.FLAG, text)
    assert (found.check, found.path) == (
        "schema/additional-property",
        "/per_tenant_overrides/acme/untill",
    )
    assert found.hint == "did you mean `until`?"


def test_a_value_of_no_alternative_says_what_could_stand_there() -> None:
    """All alternatives are named where none was meant."""
    [found] = findings(Kind.FLAG, FLAG.replace("true", "[x]"))
    assert found.expected == "`true` or `false` or a string"


@pytest.mark.parametrize("kind", [Kind.TENANT, Kind.FLAG, Kind.CATALOG])
def test_a_file_that_is_no_mapping_has_one_finding(kind: Kind) -> None:
    """Nothing is said about keys of what has none."""
    [found] = findings(kind, "- a\n")
    assert (found.check, found.path) == ("schema/type", "")


def test_ids_end_where_they_end() -> None:
    """A line end behind an id is not overlooked, as some pattern engines do."""
    [found] = findings(Kind.TENANT, TENANT.replace("acme\n", '"acme\\n"\n', 1))
    assert found.check == "schema/pattern"


@pytest.mark.parametrize("by", [engine(), python_engine()], ids=lambda e: e.name)
@pytest.mark.parametrize("uri", ["http://127.0.0.1:9/x.json", "file:///etc/hostname"])
def test_no_reference_leaves_the_process(by: Engine, uri: str) -> None:
    """A schema that refers to another place is refused, not fetched."""
    with pytest.raises(UsageError, match="nothing is fetched"):
        by.validator({"$ref": uri}).is_valid({})


@pytest.mark.parametrize("percent", ["0", "100", "0.001", "33.333", "99.999", "12.5"])
def test_percentages_have_three_decimals(percent: str) -> None:
    """Whatever has at most three decimals passes, however binary fractions write it."""
    assert findings(Kind.FLAG, f"{FLAG}rollout: {{percent: {percent}}}\n") == ()


def test_a_huge_wrong_file_gives_a_bounded_number_of_findings() -> None:
    """Nothing grows with the square of a collection's size."""
    overrides = "".join(f"  A{number}: 1\n" for number in range(20_000))
    found = findings(Kind.FLAG, f"{FLAG}per_tenant_overrides:\n{overrides}")
    assert len(found) == FINDINGS_MAX
    assert {each.check for each in found} <= {"schema/type", "schema/pattern"}


def test_a_mistake_far_down_in_a_huge_collection_is_found_where_it_is() -> None:
    """However many entries before it are right."""
    overrides = "".join(f"  a{number}: true\n" for number in range(5_000))
    text = f"{FLAG}per_tenant_overrides:\n{overrides}  last: 1\n"
    [found] = findings(Kind.FLAG, text)
    assert (found.check, found.place.line) == ("schema/type", 5_006)
    assert found.path == "/per_tenant_overrides/last"


def test_a_huge_mapping_with_unknown_keys_lacks_no_key_it_has() -> None:
    """What is said of a part of a mapping holds for the whole of it."""
    unknown = "".join(f"k{number}: 1\n" for number in range(2_000))
    found = findings(Kind.FLAG, unknown + FLAG)
    assert {each.check for each in found} == {"schema/additional-property"}


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.sampled_from(["a", "on", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "variant", "rollout", "percent", "weights", "when"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["default", "off", "rollout", "variants", "rules", "per_tenant_overrides",
             "prerequisites", "expires_at", "type"]
        ),
        JSON_VALUES,
    )
)  # fmt: skip
def test_what_the_schema_lets_pass_the_model_takes(keys: dict[str, object]) -> None:
    """The schema decides alone: the model never refuses what passed it."""
    data = {"flag_id": "f", "description": "x", "owner": "t", "default": True, **keys}
    source = read("x.yaml", json.dumps(data).encode())
    found = check_schema(Kind.FLAG, source)
    if not found:
        MODELS[Kind.FLAG].model_validate(source.value)
    assert all(each.message and each.place.line == 1 for each in found)
