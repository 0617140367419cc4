"""The flags document: what is not exactly right is refused."""

from __future__ import annotations

import pytest

import desired_states as states
from companyos.digests import JSONObject, JSONValue
from companyos.errors import IntegrityError
from companyos.flags.vocabulary import FlagType
from companyos.flags.wire import read_flags

DIGEST = "sha256:" + "0" * 64


def read(**flags: JSONValue) -> None:
    """Read a document of these flags."""
    read_flags(states.flags_document(flags), digest=DIGEST)


def test_a_flag_is_read_as_it_is_written() -> None:
    """Every field arrives in its place."""
    document = states.flags_document({"f": states.flag(rollout=states.share(25_000))})
    flag = read_flags(document, digest=DIGEST).flags["f"]
    assert (flag.type, flag.default, flag.owner) == (
        FlagType.BOOLEAN, "off", "team-data",
    )  # fmt: skip
    assert flag.rollout is not None
    assert flag.rollout.weights == (("on", 25_000), ("off", 75_000))
    assert str(flag.place) == "config/flags/f.yaml:2:1"


@pytest.mark.parametrize(
    "change",
    [
        {"default": "maybe"},
        {"off": None},
        {"variants": {"on": True}},
        {"variants": {"off": False, "on": 1}},
        {"variants": {"off": "no", "on": "yes"}},
        {"type": "number"},
        {"kind": "toggle"},
        {"state": "paused"},
        {"bucketing": "flagd/9"},
        {"rollout": {"by": "country", "weights": [["on", 100_000]]}},
        {"rollout": {"by": "subject", "weights": [["on", 50_000]]}},
        {"rollout": {"by": "subject", "weights": [["on", 50_000], ["on", 50_000]]}},
        {"rollout": {"by": "subject", "weights": [["on", -1], ["off", 100_001]]}},
        {"rollout": {"by": "subject", "weights": [["on", True], ["off", 99_999]]}},
        {"rollout": {"by": "subject", "weights": [["else", 100_000]]}},
        {"rollout": {"by": "subject", "weights": [["on"]]}},
        {"rollout": {"by": "subject", "weights": []}},
        {"overrides": {"Pilot A": states.override("on")}},
        {"overrides": {"pilot-a": states.override("on", until="2027-01-31")}},
        {"overrides": {"pilot-a": {"serve": {}, "until": None, "reason": ""}}},
        {"expires_at": "2027-02-30T00:00:00Z"},
        {"on_expiry": "drop"},
        {"prerequisites": [{"flag": "unknown", "variant": "on"}]},
        {"prerequisites": [{"flag": "g", "variant": "else"}]},
        {"prerequisites": [{"flag": "f", "variant": "on"}]},
        {"rules": [{"name": "r", "when": ["lit"], "source": None,
                    "serve": {"variant": "on"}}]},
        {"rules": [{"name": "r", "when": ["lit", True], "source": None,
                    "serve": {"variant": "else"}}]},
        {"line": "2"},
        {"surprise": 1},
    ],
    ids=lambda change: next(iter(change)) + ":" + repr(change)[:60],
)  # fmt: skip
def test_a_wrong_field_is_refused(change: JSONObject) -> None:
    """Nothing is guessed, defaulted or ignored."""
    with pytest.raises(IntegrityError):
        read(f=states.flag(**change), g=states.flag())


@pytest.mark.parametrize("missing", sorted(states.flag()))
def test_a_missing_field_is_refused(missing: str) -> None:
    """Every field is there, or the document is not what the compiler writes."""
    record = {key: value for key, value in states.flag().items() if key != missing}
    with pytest.raises(IntegrityError, match=missing):
        read(f=record)


def test_prerequisites_in_a_circle_are_refused() -> None:
    """Of three flags that need each other none can ever answer."""
    around = {"f": "g", "g": "h", "h": "f"}
    with pytest.raises(IntegrityError, match="prerequisite of itself"):
        read(
            **{
                name: states.flag(prerequisites=[{"flag": needed, "variant": "on"}])
                for name, needed in around.items()
            }
        )


@pytest.mark.parametrize(
    ("text", "number"), [("0.5", 0.5), ("0.1", 0.1), ("-2.0", -2.0), ("1e+16", 1e16)]
)
def test_a_number_travels_as_text(text: str, number: float) -> None:
    """Each double has one text, which reads back as the same double."""
    record = states.flag(type="number", variants={"x": text}, default="x", off="x")
    flags = states.snapshot(flags={"f": record}).flags.flags
    assert flags["f"].variants["x"] == number


@pytest.mark.parametrize("value", ["0.50", "1", "NaN", "inf", "1e400", "x", 1, True])
def test_another_text_of_a_number_is_refused(value: str | int) -> None:
    """Two texts of one number would be two digests of one flag."""
    record = states.flag(type="number", variants={"x": value}, default="x", off="x")
    with pytest.raises(IntegrityError):
        states.snapshot(flags={"f": record})
