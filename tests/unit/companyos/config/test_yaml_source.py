"""Reading YAML: the pitfalls by name, places, and that nothing else ever comes out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.config import yaml_source
from companyos.config.marks import Span
from companyos.config.yaml_bytes import BYTES_MAX, RefusedYamlError
from companyos.config.yaml_source import Source, pure_events, read
from companyos.digests import JSONValue
from companyos.findings import Finding

PITFALLS = Path(__file__).parents[3] / "cases" / "yaml" / "pitfalls.json"


@dataclass(frozen=True, slots=True)
class Pitfall:
    """Something that readers of YAML disagree about, and what ours must say."""

    name: str
    data: bytes
    value: JSONValue
    finding: tuple[str, int, int] | None
    warning: tuple[str, int, int] | None


def pitfalls() -> list[Pitfall]:
    """Return the cases of the file."""
    return [
        Pitfall(
            row["name"],
            data_of(row),
            row.get("value"),
            place_of(row.get("finding")),
            place_of(row.get("warning")),
        )
        for row in json.loads(PITFALLS.read_bytes())
    ]


def data_of(row: dict[str, str | dict[str, str | int]]) -> bytes:
    """Return a case's bytes: a text, a repeated text, or bytes in hexadecimal."""
    text, raw, repeat = row.get("text"), row.get("hex"), row.get("repeat")
    if isinstance(raw, str):
        return bytes.fromhex(raw)
    if isinstance(repeat, dict):
        return (str(repeat["text"]) * int(repeat["times"])).encode()
    assert isinstance(text, str)
    return text.encode()


def place_of(row: dict[str, str | int] | None) -> tuple[str, int, int] | None:
    """Return check, line and column as a case names them."""
    if row is None:
        return None
    return str(row["check"]), int(row["line"]), int(row["column"])


def found(findings: tuple[Finding, ...]) -> list[tuple[str, int, int]]:
    """Return check, line and column of findings."""
    return [(f.check, f.place.line, f.place.column) for f in findings]


@pytest.fixture(params=["libyaml", "pure"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read with libyaml, and with PyYAML's own parser."""
    if request.param == "pure":
        monkeypatch.setattr(yaml_source, "_events_of", pure_events)
    return str(request.param)


@pytest.mark.parametrize("case", pitfalls(), ids=lambda case: case.name)
def test_a_pitfall_is_read_or_refused_as_told(case: Pitfall, parser: str) -> None:
    """What readers disagree about has one meaning here, or none."""
    assert parser
    if case.finding is None:
        source = read("x.yaml", case.data)
        assert source.value == case.value
        assert type_tree(source.value) == type_tree(case.value)
        wanted = [] if case.warning is None else [case.warning]
        assert found(source.findings) == wanted
    else:
        with pytest.raises(RefusedYamlError) as caught:
            read("x.yaml", case.data)
        assert found(caught.value.findings) == [case.finding]


def type_tree(value: JSONValue) -> object:
    """Return the types of a value, so that 1, 1.0 and true are told apart."""
    if isinstance(value, dict):
        return {key: type_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [type_tree(item) for item in value]
    return type(value)


def test_a_file_over_a_megabyte_is_not_read() -> None:
    """The limit is on bytes and comes before anything else."""
    with pytest.raises(RefusedYamlError) as caught:
        read("x.yaml", b"# " + b"\xff" * BYTES_MAX)
    assert found(caught.value.findings) == [("yaml/too-large", 1, 1)]


def test_every_key_and_value_knows_where_it_is_written() -> None:
    """Spans count from one, in code points, and end behind the last character."""
    source = read("x.yaml", "a: \U0001f600 b\nlist:\n  - {k: 'v w'}\n  - x\n".encode())
    marks = source.marks
    assert marks.at(("a",)).span == Span(1, 4, 1, 7)
    assert marks.key(("list",)) == Span(2, 1, 2, 5)
    assert marks.key(("list", 0, "k")) == Span(3, 6, 3, 7)
    assert marks.at(("list", 0, "k")).span == Span(3, 9, 3, 14)
    assert marks.at(("list", 0)).span == Span(3, 5, 3, 15)
    assert marks.at(("list", 1)).span == Span(4, 5, 4, 6)


def test_a_duplicate_key_names_both_places() -> None:
    """The finding is at the second key and points at the first."""
    with pytest.raises(RefusedYamlError) as caught:
        read("x.yaml", b"a: 1\nb: {c: 1, d: 2, c: 3}\n")
    finding = caught.value.finding
    assert (finding.place.line, finding.place.column) == (2, 17)
    assert [str(each.place) for each in finding.related] == ["x.yaml:2:5"]
    assert finding.path == "/b/c"


def test_an_error_of_the_parser_is_told_in_plain_words() -> None:
    """Nothing of the parser's own speech reaches the reader."""
    with pytest.raises(RefusedYamlError) as caught:
        read("x.yaml", b"name: Acme: Ltd\n")
    assert "quote the value" in caught.value.finding.hint
    assert "mapping values" not in caught.value.finding.message


def outcome(data: bytes) -> Source | tuple[Finding, ...]:
    """Return what reading gives; any other exception is the test's failure."""
    try:
        return read("x.yaml", data)
    except RefusedYamlError as error:
        return error.findings


def check_outcome(data: bytes) -> None:
    """Check that there is a value, or exactly one finding inside the file."""
    told = outcome(data)
    if not isinstance(told, Source):
        assert len(told) == 1
        lines = data.count(b"\n") + 2
        assert 1 <= told[0].place.line <= lines
        assert told[0].message
        assert told[0].hint


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_finding(data: bytes) -> None:
    """No input gives another exception."""
    check_outcome(data)


PIECES = st.sampled_from(
    [
        "a", "b: ", "- ", "\n", "  ", "{", "}", "[", "]", ", ", "'", '"', "|", ">",
        "&x ", "*x", "!t ", "? ", ": ", "#", "%", "@", "---\n", "...\n", "\\",
        "\\u12", "\\x9", "1", "0x", ".inf", "~", "<<: ", "\u00e9", "\U0001f600",
        "\r\n", "\t",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_pieces_of_yaml_give_a_value_or_a_finding(text: str) -> None:
    """Nor does text made of what means something in YAML."""
    check_outcome(text.encode())


@given(st.lists(PIECES, max_size=20).map("".join))
def test_the_slow_parser_gives_a_value_or_a_finding_too(text: str) -> None:
    """PyYAML's own parser, which is used without libyaml, is guarded as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_source, "_events_of", pure_events)
        check_outcome(text.encode())


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63 - 1)
    | st.text(
        st.characters(
            min_codepoint=32, max_codepoint=0xD7FF, exclude_categories=["C", "Z"]
        )
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(codec="ascii", categories=["L"])), inner
        )
    ),
    max_leaves=10,
)


@given(VALUES)
def test_json_is_read_as_json(value: JSONValue) -> None:
    """What JSON says is what YAML says, type for type."""
    source = read("x.yaml", json.dumps(value, ensure_ascii=False).encode())
    assert source.value == value
    assert type_tree(source.value) == type_tree(value)


CONFLICT = """\
a: 1
<<<<<<< HEAD
b: 2
=======
b: 3
>>>>>>> theirs
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CONFLICT, 2),
        (CONFLICT.replace("<<<<<<< HEAD\n", ""), 3),
        (CONFLICT.replace("<<<<<<< HEAD\n", "").replace("=======\n", ""), 4),
        (CONFLICT.replace("\n", "\r\n"), 2),
        ("a:\n  - b\n" + CONFLICT[5:], 3),
    ],
)
def test_a_merge_conflict_is_called_one(text: str, line: int, parser: str) -> None:
    """At Git's first marker that is left, whatever a parser says of what follows."""
    assert parser
    with pytest.raises(RefusedYamlError) as caught:
        read("x.yaml", text.encode())
    assert found(caught.value.findings) == [("yaml/syntax", line, 1)]
    assert caught.value.message == "a merge conflict is not resolved"


def test_what_only_looks_like_a_marker_is_none(parser: str) -> None:
    """In a block of text, or longer than Git's."""
    assert parser
    text = "a: |\n  <<<<<<< HEAD\n  =======\nb: >-\n  >>>>>>> x\n"
    assert read("x.yaml", text.encode()).value == {
        "a": "<<<<<<< HEAD\n=======\n",
        "b": ">>>>>>> x",
    }
    with pytest.raises(RefusedYamlError, match="a key without a colon"):
        read("x.yaml", b"a: 1\n========\nb: 2\n")


def test_an_emptied_file_can_be_brought_back(parser: str) -> None:
    """Nobody knows whether it was to go."""
    assert parser
    with pytest.raises(RefusedYamlError) as caught:
        read("config/x.yaml", b"# nothing\n")
    assert "`git restore config/x.yaml`" in str(caught.value.hint)


def test_shares_by_truth_are_told_the_variants_names(parser: str) -> None:
    """Quotes would not help: the variants of a boolean flag have other names."""
    assert parser
    with pytest.raises(RefusedYamlError) as caught:
        read("x.yaml", b"rollout:\n  weights: {true: 10, false: 90}\n")
    assert caught.value.hint == 'the variants of a boolean flag are "on" and "off"'
