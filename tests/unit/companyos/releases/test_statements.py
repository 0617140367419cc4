"""Entries as statements: one way to write each, and nothing else is read."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companyos.digests import JSONObject, canonical_json, digest_of
from companyos.errors import IntegrityError, UsageError
from companyos.releases.composition import compose, whole
from companyos.releases.entries import (
    COMPONENTS,
    PARTS,
    Artifact,
    Body,
    Entry,
    GateRecord,
    GateVerdict,
    Kind,
    Part,
    Position,
    Promotion,
    Release,
    Rollback,
    Source,
    Trust,
    TrustedSigner,
)
from companyos.releases.statements import decode, encode, predicate_type
from release_logs import ORIGIN, STAGES, START, release_of

ids = st.text("abz09-", max_size=6).map(lambda text: "a" + text)
versions = st.builds(
    "{}.{}.{}{}".format,
    st.integers(0, 999),
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from(("", "-rc.1", "-a", "-0.X-y")),
)
digests = st.integers(0, 3).map(lambda number: digest_of(bytes(number)))
object_ids = st.integers(0, 2**160 - 1).map("{:040x}".format)
visible = st.characters(exclude_categories=("C", "Z"))
lines = st.text(visible, min_size=1, max_size=30)
keys = st.binary(min_size=3, max_size=20).map(lambda key: b64encode(key).decode())
grants = st.sampled_from(("root", "release", "promote:*", "rollback:pilot"))
operations = st.text("aZ09._-", min_size=1, max_size=128)
parts = st.sets(st.sampled_from(PARTS), max_size=3).map(
    lambda some: tuple(part for part in PARTS if part in some)
)


@st.composite
def releases(draw: st.DrawFn) -> Release:
    """Draw a release."""
    names = draw(st.sets(ids, max_size=3))
    sizes = st.none() | st.integers(0, 2**53 - 1)
    return Release(
        version=draw(versions),
        source=Source(draw(object_ids), draw(object_ids)),
        components={part: draw(digests) for part in COMPONENTS},
        artifacts={
            name: Artifact(name, draw(digests), draw(lines), draw(sizes))
            for name in names
        },
        notes=draw(st.text(visible, max_size=30)),
    )


@st.composite
def promotions(draw: st.DrawFn) -> Promotion:
    """Draw a promotion."""
    release = draw(releases())
    gates = st.builds(GateRecord, ids, st.sampled_from(GateVerdict), lines)
    return Promotion(
        stage=draw(ids),
        version=release.version,
        content=whole(release),
        previous=draw(st.none() | st.integers(0, 10_000)),
        gates=tuple(draw(st.lists(gates, max_size=4))),
        stages_digest=draw(digests),
    )


@st.composite
def rollbacks(draw: st.DrawFn) -> Rollback:
    """Draw a rollback, composed or whole."""
    one, other = draw(releases()), draw(releases())
    only = draw(parts)
    by_part = {part: (one if part in only else other).version for part in PARTS}
    return Rollback(
        stage=draw(ids),
        reason=draw(lines),
        target=one.version,
        only=only,
        content=compose(by_part, {other.version: other, one.version: one}),
        previous=draw(st.integers(0, 10_000)),
        held=(other.version,),
    )


@st.composite
def trusts(draw: st.DrawFn) -> Trust:
    """Draw a signer table."""
    signers = {
        name: TrustedSigner(
            name, draw(lines), draw(keys), draw(st.frozensets(grants, max_size=4))
        )
        for name in draw(st.sets(ids, max_size=3))
    }
    return Trust(signers, draw(st.integers(1, 3)))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Draw an entry of any kind."""
    bodies: st.SearchStrategy[Body] = st.one_of(
        trusts(), releases(), promotions(), rollbacks()
    )
    seconds = st.integers(-(10**10), 10**11)
    return Entry(
        position=Position(ORIGIN, draw(st.integers(0, 2**53 - 1)), "a" * 64),
        operation_id=draw(operations),
        recorded_at=START + timedelta(seconds=draw(seconds)),
        actor=draw(ids),
        body=draw(bodies),
    )


@given(entries())
def test_a_statement_says_exactly_what_the_entry_says(entry: Entry) -> None:
    """Decoding gives the entry back, and encoding that gives the bytes back."""
    payload = encode(entry)
    assert decode(payload) == entry
    assert encode(decode(payload)) == payload


@given(entries())
def test_a_statement_is_canonical_json(entry: Entry) -> None:
    """The bytes are those of RFC 8785."""
    payload = encode(entry)
    assert canonical_json(json.loads(payload)) == payload


@given(entries(), st.data())
def test_a_statement_with_one_byte_changed_is_another_one(
    entry: Entry, data: st.DataObject
) -> None:
    """Damage is refused or read as what it then says, never as the entry it was."""
    payload = encode(entry)
    place = data.draw(st.integers(0, len(payload) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != payload[place]))
    damaged = payload[:place] + bytes([byte]) + payload[place + 1 :]
    try:
        read = decode(damaged)
    except IntegrityError:
        return
    assert read != entry
    assert encode(read) == damaged


@given(st.binary(max_size=200))
def test_no_bytes_give_anything_but_a_refusal(payload: bytes) -> None:
    """Whatever is in a file, reading it is an entry or an integrity failure."""
    with pytest.raises(IntegrityError):
        decode(payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def entry_of(body: Body) -> Entry:
    """Return an entry with this body."""
    return Entry(
        position=Position(ORIGIN, 3, "a" * 64),
        operation_id="ci-77",
        recorded_at=START,
        actor="rita",
        body=body,
    )


def promotion_of(version: str) -> Promotion:
    """Return a promotion of a release to dev."""
    gate = GateRecord("upstream", GateVerdict.OPEN, "first stage")
    content = whole(release_of(version))
    return Promotion("dev", version, content, None, (gate,), STAGES.digest)


@given(json_values, st.data())
def test_any_field_of_another_type_is_refused_by_name(
    strange: JSONObject, data: st.DataObject
) -> None:
    """No value in any field of the predicate gives anything but a named refusal."""
    statement = json.loads(encode(entry_of(promotion_of("1.0.0"))))
    key = data.draw(st.sampled_from(sorted(statement["predicate"])))
    if strange == statement["predicate"][key]:
        return
    statement["predicate"][key] = strange
    try:
        damaged = canonical_json(statement)
    except UsageError:
        damaged = json.dumps(statement).encode()
    try:
        decode(damaged)
    except IntegrityError as error:
        assert key in error.message or "subject" in error.message  # noqa: PT017


def test_a_promotion_in_full() -> None:
    """The statement has the form that is promised to other tools."""
    statement = json.loads(encode(entry_of(promotion_of("1.0.0"))))
    subjects = {each["name"]: each["digest"] for each in statement.pop("subject")}
    assert list(subjects) == [
        "artifacts/api",
        "artifacts/web",
        "flags.json",
        "policies.json",
        "tenants.json",
    ]
    api = release_of("1.0.0").artifacts["api"].digest
    assert subjects["artifacts/api"] == {"sha256": api.removeprefix("sha256:")}
    assert statement == {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://companyos.dev/release-log/promotion/v1",
        "predicate": {
            "log": {"origin": ORIGIN, "index": 3, "prevRoot": "a" * 64},
            "operationId": "ci-77",
            "recordedAt": "2026-03-01T09:00:00Z",
            "actor": "rita",
            "stage": "dev",
            "version": "1.0.0",
            "content": {
                "artifacts": "1.0.0",
                "tenants": "1.0.0",
                "policies": "1.0.0",
                "flags": "1.0.0",
            },
            "previous": None,
            "gates": [{"gate": "upstream", "verdict": "open", "detail": "first stage"}],
            "stagesDigest": "sha256:" + "5" * 64,
        },
    }


def test_times_are_written_in_utc() -> None:
    """The same moment has one way to be written, whatever zone it came in."""
    entry = entry_of(promotion_of("1.0.0"))
    india = timezone(timedelta(hours=5, minutes=30))
    elsewhere = replace(entry, recorded_at=START.astimezone(india))
    assert encode(elsewhere) == encode(entry)


def test_a_fraction_of_a_second_cannot_be_recorded() -> None:
    """An entry that would be read as another one is not written."""
    entry = entry_of(promotion_of("1.0.0"))
    with pytest.raises(UsageError, match="something else"):
        encode(replace(entry, recorded_at=START + timedelta(microseconds=1)))


BAD_VERSIONS = (
    "1.0",
    "v1.0.0",
    "1.0.0-",
    "1.0.0-a..b",
    "1.0.0-a.lock",
    "1.0.0-a.",
    "1.0.0+build",
    "1.0.0\n",
    "1.0.0-" + "a" * 60,
    "--upload-pack=x",
    "../../etc/cron.d/x",
    "\u0661.0.0",
)


@pytest.mark.parametrize("version", BAD_VERSIONS)
def test_a_version_that_is_none_cannot_be_recorded(version: str) -> None:
    """A version is digits, perhaps a suffix, and safe as the name of a tag."""
    with pytest.raises(UsageError, match=r"`predicate.version` is not a version"):
        encode(entry_of(release_of(version)))


BAD_REASONS = ("", "two\nlines", "\x1b[31mred", "\u202eright to left", "x" * 1001)


@pytest.mark.parametrize("reason", BAD_REASONS)
def test_a_reason_that_would_steer_a_terminal_cannot_be_recorded(reason: str) -> None:
    """What people wrote can be shown as it is."""
    release = release_of("1.0.0")
    rollback = Rollback("dev", reason, "1.0.0", (), whole(release), 3, ("1.1.0",))
    with pytest.raises(UsageError, match=r"`predicate.reason` is not one line"):
        encode(entry_of(rollback))


Edit = Callable[[dict[str, dict[str, object]]], object]

DAMAGES: dict[str, tuple[Edit, str]] = {
    "an unknown field": (
        lambda s: s["predicate"].update(extra=1),
        r"`predicate.extra` is not known",
    ),
    "a missing field": (
        lambda s: s["predicate"].pop("actor"),
        r"`predicate.actor` is missing",
    ),
    "true for one": (
        lambda s: s["predicate"].update(previous=True),
        r"`predicate.previous` is not a whole number",
    ),
    "a negative index": (
        lambda s: s["predicate"].update(
            log={"origin": ORIGIN, "index": -1, "prevRoot": "a" * 64}
        ),
        r"`predicate.log.index`",
    ),
    "a local time": (
        lambda s: s["predicate"].update(recordedAt="2026-03-01T09:00:00+01:00"),
        r"`predicate.recordedAt`",
    ),
    "a week date of the same length": (
        lambda s: s["predicate"].update(recordedAt="2026-W09-7T09:00:00Z"),
        r"`predicate.recordedAt`",
    ),
    "a digest in capitals": (
        lambda s: s["predicate"].update(stagesDigest="sha256:" + "A" * 64),
        r"`predicate.stagesDigest` is not `sha256:` and 64",
    ),
    "a verdict nobody knows": (
        lambda s: s["predicate"].update(
            gates=[{"gate": "soak", "verdict": "maybe", "detail": ""}]
        ),
        r"`predicate.gates\[0\].verdict` is not one of `open`, `closed`, `unknown`",
    ),
    "no subjects": (
        lambda s: s.update(subject={}),
        r"`subject` is not a list",
    ),
    "a subject without a name": (
        lambda s: s.update(subject=[{"digest": {"sha256": "a" * 64}}]),  # type: ignore[call-overload]  # damage
        r"`subject\[0\].name`",
    ),
    "a subject with another digest": (
        lambda s: s.update(subject=[{"name": "flags.json", "digest": {"sha1": "a"}}]),  # type: ignore[call-overload]  # damage
        r"`subject\[0\].digest.sha256`",
    ),
    "a statement of another version": (
        lambda s: s.update(_type={"v": "https://in-toto.io/Statement/v0.1"}),
        r"`statement._type` is not",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_by_name(damage: str) -> None:
    """The message names the field that does not fit."""
    edit, says = DAMAGES[damage]
    statement = json.loads(encode(entry_of(promotion_of("1.0.0"))))
    edit(statement)
    with pytest.raises(IntegrityError, match=says):
        decode(canonical_json(statement))


def test_a_path_as_a_subject_is_refused() -> None:
    """Subjects are parts of a release, not places in a file system."""
    statement = json.loads(encode(entry_of(promotion_of("1.0.0"))))
    statement["subject"][0]["name"] = "artifacts/../../etc/cron.d/x"
    with pytest.raises(IntegrityError, match=r"`subject` holds `artifacts/\.\./"):
        decode(canonical_json(statement))


def test_a_subject_that_the_body_does_not_name_is_refused() -> None:
    """A release's subjects are its parts, no more and no fewer."""
    statement = json.loads(encode(entry_of(release_of("1.0.0"))))
    statement["subject"][0]["digest"]["sha256"] = "0" * 64
    with pytest.raises(IntegrityError, match="`subject` does not agree"):
        decode(canonical_json(statement))


def test_white_space_in_a_statement_is_refused() -> None:
    """There is one way to write a statement."""
    statement = json.loads(encode(entry_of(release_of("1.0.0"))))
    with pytest.raises(IntegrityError, match="not canonical"):
        decode(json.dumps(statement).encode())


def test_a_key_that_stands_twice_is_refused() -> None:
    """Two readers cannot see two different values."""
    payload = encode(entry_of(release_of("1.0.0")))
    twice = payload.replace(b'"actor":"rita"', b'"actor":"eve","actor":"rita"')
    with pytest.raises(IntegrityError, match="not canonical"):
        decode(twice)


@pytest.mark.parametrize("kind", ["canary/v1", "approval/v1", "release/v2", "stars/v1"])
def test_an_entry_of_a_newer_companyos_says_so(kind: str) -> None:
    """What cannot be read is not skipped, and the way out is named."""
    statement = json.loads(encode(entry_of(release_of("1.0.0"))))
    statement["predicateType"] = f"https://companyos.dev/release-log/{kind}"
    name = kind.partition("/")[0]
    with pytest.raises(IntegrityError, match=rf"`{name}`.* newer companyos") as caught:
        decode(canonical_json(statement))
    assert caught.value.hint == "update companyos, then try again"


def test_a_predicate_of_somebody_else_is_refused() -> None:
    """A statement made for another purpose says nothing here."""
    statement = json.loads(encode(entry_of(release_of("1.0.0"))))
    statement["predicateType"] = "https://slsa.dev/provenance/v1"
    with pytest.raises(IntegrityError, match=r"`statement.predicateType`"):
        decode(canonical_json(statement))


def test_each_kind_has_its_predicate_type() -> None:
    """The address names kind and version."""
    wanted = "https://companyos.dev/release-log/rollback/v1"
    assert predicate_type(Kind.ROLLBACK) == wanted
    assert Part("flags") in PARTS
