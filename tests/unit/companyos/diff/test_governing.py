"""What governs and no service loads: which value differs, from what to what."""

from __future__ import annotations

import pytest

from companyos.diff.governing import governing_remarks
from companyos.digests import JSONObject, JSONValue

STAGE: JSONObject = {"soak_seconds": 0, "grace_seconds": 120}
FREEZE: JSONObject = {"name": "year-end", "zone": "Europe/Berlin", "reason": "rest"}
OWNER: JSONObject = {
    "person": "ana",
    "may": ["root", "release"],
    "public_key": "M" * 90,
}
NEVER: JSONObject = {"id": "no-export", "reason": "law", "never": {"may": ["d:export"]}}


def texts(kind: str, before: JSONObject, after: JSONObject) -> list[str]:
    """Return what is told of two contents of one file."""
    found = governing_remarks({kind: before}, {kind: after})
    assert all(each.is_effect for each in found)
    return [each.text for each in found]


def stages(**changes: JSONValue) -> JSONObject:
    """Return the file with one stage."""
    return {"log": {"branch": "main"}, "stages": {"pilot": {**STAGE, **changes}}}


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (stages(), stages(grace_seconds=600),
         "stage `pilot`: `grace_seconds` 120 → 600"),
        (stages(), stages(after="staging"),
         'stage `pilot`: `after` nothing → "staging"'),
        (stages(services={"a": "http://a"}), stages(services={"a": "http://b"}),
         'stage `pilot`: `services.a` "http://a" → "http://b"'),
        (stages(), stages(freezes=[FREEZE]),
         "stage `pilot`: `freezes.year-end` is new"),
        (stages(freezes=[FREEZE]), stages(freezes=[]),
         "stage `pilot`: `freezes.year-end` is gone"),
        (stages(), {"log": {"branch": "main"}, "stages": {}}, "stage `pilot` is gone"),
        ({"log": {"branch": "log"}, "stages": {}},
         {"log": {"branch": "main"}, "stages": {}},
         'stages: `log.branch` "log" → "main"'),
    ],
)  # fmt: skip
def test_a_value_of_a_stage_is_told_from_what_to_what(
    before: JSONObject, after: JSONObject, text: str
) -> None:
    """The stage, the value by its keys, and both sides of it."""
    assert texts("stages", before, after) == [text]


@pytest.mark.parametrize(
    ("after", "text"),
    [
        ({"root_threshold": 2, "signers": {"owner": OWNER}},
         "signers: `root_threshold` 1 → 2"),
        ({"root_threshold": 1, "signers": {"owner": {**OWNER, "may": ["root", "p"]}}},
         "signer `owner`: `may` + p, - release"),
        ({"root_threshold": 1, "signers": {"owner": {**OWNER, "public_key": "N" * 90}}},
         "signer `owner`: `public_key` has changed"),
        ({"root_threshold": 1, "signers": {"owner": OWNER, "ben": OWNER}},
         "signer `ben` is new"),
    ],
)  # fmt: skip
def test_a_signer_is_told_by_what_changes(after: JSONObject, text: str) -> None:
    """A list by what comes and goes; a key is too long to be shown."""
    before: JSONObject = {"root_threshold": 1, "signers": {"owner": OWNER}}
    assert texts("signers", before, after) == [text]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ({}, {"invariants": [NEVER]}, "invariant `no-export` is new"),
        ({"invariants": [NEVER]}, {}, "invariant `no-export` is gone"),
        ({"invariants": [NEVER]}, {"invariants": []}, "invariant `no-export` is gone"),
        ({"invariants": [NEVER]}, {"invariants": [{**NEVER, "tenants": ["a"]}]},
         'invariant `no-export`: `tenants` nothing → ["a"]'),
        ({"invariants": [NEVER]},
         {"invariants": [{**NEVER, "never": {"may": ["d:export"], "when": "x"}}]},
         'invariant `no-export`: `never.when` nothing → "x"'),
    ],
)  # fmt: skip
def test_an_invariant_is_told_by_its_id(
    before: JSONObject, after: JSONObject, text: str
) -> None:
    """A file that is deleted takes every invariant with it."""
    assert texts("invariants", before, after) == [text]


def test_an_invariant_that_moves_is_no_change() -> None:
    """Rows with ids are compared by them."""
    other: JSONObject = {**NEVER, "id": "another"}
    both: list[JSONValue] = [NEVER, other]
    assert texts("invariants", {"invariants": both}, {"invariants": both[::-1]}) == []


def test_a_file_that_one_side_cannot_read_is_left_out() -> None:
    """Whoever reads the files says so."""
    assert governing_remarks({}, {"invariants": {"invariants": [NEVER]}}) == ()
