"""Canonical JSON against RFC 8785 and an implementation that is not ours."""

from __future__ import annotations

import json
import math
from random import Random

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from companyos.digests import (
    DEPTH_MAX,
    INTEGER_MAX,
    JSONValue,
    canonical_json,
    digest_of,
    digest_of_value,
    strict_json,
)
from companyos.errors import IntegrityError, UsageError

INTEGERS = st.integers(-INTEGER_MAX, INTEGER_MAX)
VALUES: st.SearchStrategy[JSONValue] = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def test_strings_and_literals_are_written_as_in_the_rfc() -> None:
    """The sample of RFC 8785, section 3.2.2, without its fractions."""
    source = rb"""{
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    expected = r"""{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"""
    assert canonical_json(strict_json(source)) == expected.encode()


def test_keys_are_sorted_by_their_utf_16_units() -> None:
    """The sample of RFC 8785, section 3.2.3: an emoji stands before U+FB33."""
    source = rb"""{
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }"""
    written = json.loads(canonical_json(strict_json(source)))
    assert list(written.values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@given(VALUES)
def test_another_implementation_writes_the_same_bytes(value: JSONValue) -> None:
    """The package rfc8785 agrees, byte for byte, on every value accepted here."""
    assert canonical_json(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_written_is_read_back(value: JSONValue) -> None:
    """Canonical bytes are strict JSON, and reading and writing them changes nothing."""
    written = canonical_json(value)
    assert canonical_json(strict_json(written)) == written


@given(st.dictionaries(st.text(), INTEGERS), st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(
    value: dict[str, int], random: Random
) -> None:
    """Two objects that are equal have one digest."""
    keys = list(value)
    random.shuffle(keys)
    assert digest_of_value({key: value[key] for key in keys}) == digest_of_value(value)


@pytest.mark.parametrize(
    "value",
    [
        INTEGER_MAX + 1,
        -INTEGER_MAX - 1,
        0.5,
        1.0,
        math.nan,
        math.inf,
        "\ud800",
        {"\udfff": 1},
    ],
    ids=repr,
)
def test_what_readers_would_read_differently_is_refused(value: JSONValue) -> None:
    """No rounding and no replacement character: the value is refused."""
    with pytest.raises(UsageError):
        canonical_json([value])


def test_a_value_nested_without_end_is_refused() -> None:
    """Depth is bounded by us, long before Python's own stack ends."""
    value: JSONValue = 1
    for _ in range(5_000):
        value = [value]
    with pytest.raises(UsageError, match="nested deeper than"):
        canonical_json(value)


def nested(levels: int, *, beside: str = "") -> bytes:
    """Return lists and objects in turn, each with a string beside the next one."""
    text = json.dumps(beside)
    value = text
    for level in range(levels):
        value = f"[{text},{value}]" if level % 2 else f'{{"a":{text},"b":{value}}}'
    return value.encode()


@pytest.mark.parametrize("beside", ["", "]]", '\\"}"]', "[{[{", "\\", '\\\\"'])
def test_only_lists_and_objects_count_as_levels(beside: str) -> None:
    """What strings hold neither hides a level nor adds one."""
    value = strict_json(nested(DEPTH_MAX, beside=beside))
    assert strict_json(canonical_json(value)) == value
    with pytest.raises(IntegrityError, match="deeper than 64 levels"):
        strict_json(nested(DEPTH_MAX + 1, beside=beside))


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"a":' * 1_000_000,
        b'["]",' * 200_000,
        b"]" * 99 + b"[" * 999,
    ],
    ids=["lists", "objects", "strings", "closed-first"],
)
def test_depth_is_judged_before_anything_is_parsed(data: bytes) -> None:
    """However long it is, the parser's own recursion is never asked."""
    with pytest.raises(IntegrityError, match="deeper than 64 levels"):
        strict_json(data)


def test_many_brackets_side_by_side_are_no_levels() -> None:
    """A long list of lists is read, and so is one long string of brackets."""
    assert strict_json(b"[" + b"[]," * 100_000 + b"[]]") == [[]] * 100_001
    assert strict_json(b'"' + b"[" * 100_000 + b'"') == "[" * 100_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"nul",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b"[NaN]",
        b"[-Infinity]",
        b'"\xff"',
        b'\xef\xbb\xbf"byte order mark"',
        b"1 2",
        b"9" * 5_000,
        b"[" * 100_000,
    ],
    ids=lambda data: data[:24].decode("latin-1"),
)
def test_json_that_readers_disagree_about_is_refused(data: bytes) -> None:
    """What is not strict JSON breaks integrity; nothing else is raised."""
    with pytest.raises(IntegrityError, match="not strict JSON"):
        strict_json(data)


@given(st.binary(max_size=64))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever the bytes are, the answer is a value or a refusal."""
    try:
        strict_json(data)
    except IntegrityError:
        return


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
    ids=["empty", "abc"],
)
def test_a_digest_is_sha_256_with_its_name(data: bytes, expected: str) -> None:
    """The test vectors of FIPS 180-4, in the written form."""
    assert digest_of(data) == f"sha256:{expected}"


def test_the_digest_of_a_value_is_that_of_its_canonical_bytes() -> None:
    """Anybody with an RFC 8785 implementation and SHA-256 gets the same digest."""
    value: JSONValue = {"b": [1, True], "a": "é"}
    assert digest_of_value(value) == digest_of('{"a":"é","b":[1,true]}'.encode())


@pytest.mark.parametrize("text", [b"1e400", b"-1e999", b'"\\ud800"', b'{"\\uDC00":1}'])
def test_what_json_readers_hold_differently_is_refused(text: bytes) -> None:
    """A number without end and half a character are not strict JSON."""
    with pytest.raises(IntegrityError):
        strict_json(text)


def test_a_whole_surrogate_pair_is_one_character() -> None:
    """Escapes that belong together are read as the character they write."""
    assert strict_json(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_bytes_have_no_canonical_form() -> None:
    """Bytes are not a list of numbers."""
    with pytest.raises(UsageError):
        canonical_json(b"ab")
