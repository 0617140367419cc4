"""A verified log as bytes, so that the next run goes on from there.

Keep them where only who runs the verification can write: whoever can change them can
make it believe anything. They save time and prove nothing, so bytes that cannot be read
are no failure of the log; verify it from the start then.
"""

from __future__ import annotations

import json
from datetime import datetime

from companyos.digests import JSONObject, JSONValue, refuse_deep
from companyos.documents import word_at, written_time
from companyos.errors import IntegrityError
from companyos.releases.bodies import KEYS, body_of, body_value
from companyos.releases.composition import compose
from companyos.releases.entries import PARTS, Kind, Release, Trust
from companyos.releases.fields import (
    ID,
    LINE,
    OBJECT_ID,
    OPERATION_ID,
    ORIGIN,
    SHA256,
    VERSION,
    Fields,
    Form,
    text_at,
)
from companyos.releases.merkle import CompactRange
from companyos.releases.state import (
    Hold,
    LogState,
    Occupation,
    RecordedRelease,
    StageState,
)
from companyos.releases.store import TagRecord
from companyos.releases.verification import ANNOTATED, Verified

SCHEMA = "companyos.verified-log/v1"

_KEYS = frozenset(
    {
        *("schema", "head", "origin", "trust", "peaks", "roots", "releases", "stages"),
        *("operations", "lastRecordedAt", "backwards", "tags"),
    }
)
_RELEASE = frozenset({"body", "index", "recordedAt", "actor"})
_STAGE = frozenset({"history", "holds"})
_STAY = frozenset({"index", "how", "versions", "actor", "since", "until"})
_HOLD = frozenset({"version", "index", "reason"})
_TAG = frozenset({"name", "target", "message"})
_ANY = Form(lambda _text: True, "text")


def remembered(verified: Verified) -> bytes:
    """Return a verified log, which has entries, as bytes for `recalled`."""
    state = verified.state
    document: JSONObject = {
        "schema": SCHEMA,
        "head": verified.head,
        "origin": state.origin,
        "trust": None if state.trust is None else body_value(state.trust),
        "peaks": [peak.hex() for peak in state.tree.peaks],
        "roots": state.roots,
        "releases": [_release_value(each) for each in state.releases.values()],
        "stages": {name: _stage_value(each) for name, each in state.stages.items()},
        # Each entry has one operation, and they were added in the entries' order.
        "operations": list(state.operations),
        "lastRecordedAt": _time_value(state.last_recorded_at),
        "backwards": state.backwards,
        "tags": [
            {"name": tag.name, "target": tag.target, "message": tag.message}
            for tag in verified.tags.values()
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def recalled(data: bytes) -> Verified:
    """Return the verified log that was remembered, without its entries.

    Raises:
        IntegrityError: these are not bytes that `remembered` gave.
    """
    refuse_deep(data)
    try:
        fields = Fields(json.loads(data), "remembered", _KEYS)
        if fields["schema"] != SCHEMA:
            raise IntegrityError(f"`remembered.schema` is not `{SCHEMA}`")
        return _verified(fields)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError("what was remembered does not fit together") from error


def _verified(fields: Fields) -> Verified:
    roots = tuple(_texts(fields, "roots", SHA256))
    operations = _texts(fields, "operations", OPERATION_ID)
    tree = CompactRange(
        len(roots),
        tuple(bytes.fromhex(each) for each in _texts(fields, "peaks", SHA256)),
    )
    if not roots or tree.root().hex() != roots[-1] or len(operations) != len(roots):
        raise IntegrityError("`remembered.roots` are not those of its entries")
    releases = {
        each.release.version: each for each in map(_release, fields.items("releases"))
    }
    plain = {version: each.release for version, each in releases.items()}
    state = LogState(
        origin=fields.text("origin", ORIGIN),
        trust=_trust(fields["trust"]),
        tree=tree,
        roots=roots,
        releases=releases,
        stages={
            name: _stage(value, plain)
            for name, value in fields.table("stages", ID).items()
        },
        operations={operation: index for index, operation in enumerate(operations)},
        last_recorded_at=fields.time("lastRecordedAt"),
        backwards=tuple(
            each for each in fields.items("backwards") if isinstance(each, int)
        ),
    )
    tags = {tag.name: tag for tag in map(_tag, fields.items("tags"))}
    return Verified(state, fields.text("head", OBJECT_ID), tags)


def _texts(fields: Fields, key: str, form: Form) -> list[str]:
    return [text_at(each, fields.at(key), form) for each in fields.items(key)]


def _trust(value: JSONValue) -> Trust | None:
    if value is None:
        return None
    body = body_of(Kind.TRUST, Fields(value, "trust", KEYS[Kind.TRUST]), {})
    return body if isinstance(body, Trust) else None


def _release_value(recorded: RecordedRelease) -> JSONValue:
    return {
        "body": body_value(recorded.release),
        "index": recorded.index,
        "recordedAt": written_time(recorded.recorded_at),
        "actor": recorded.actor,
    }


def _release(value: JSONValue) -> RecordedRelease:
    fields = Fields(value, "releases[]", _RELEASE)
    inner = Fields(fields["body"], "releases[].body", KEYS[Kind.RELEASE])
    body = body_of(Kind.RELEASE, inner, {})
    if not isinstance(body, Release):
        raise TypeError(body)
    return RecordedRelease(
        release=body,
        index=fields.whole("index"),
        recorded_at=fields.time("recordedAt"),
        actor=fields.text("actor", ID),
    )


def _stage_value(stage: StageState) -> JSONValue:
    return {
        "history": [
            {
                "index": stay.index,
                "how": stay.how,
                # What it was made of follows from the releases.
                "versions": [stay.content.versions[part] for part in PARTS],
                "actor": stay.actor,
                "since": written_time(stay.since),
                "until": _time_value(stay.until),
            }
            for stay in stage.history
        ],
        "holds": [
            {"version": hold.version, "index": hold.index, "reason": hold.reason}
            for hold in stage.holds.values()
        ],
    }


def _stage(value: JSONValue, releases: dict[str, Release]) -> StageState:
    fields = Fields(value, "stages{}", _STAGE)
    holds = map(_hold, fields.items("holds"))
    return StageState(
        history=tuple(_stay(each, releases) for each in fields.items("history")),
        holds={hold.version: hold for hold in holds},
    )


def _stay(value: JSONValue, releases: dict[str, Release]) -> Occupation:
    fields = Fields(value, "history[]", _STAY)
    versions = [text_at(v, "versions", VERSION) for v in fields.items("versions")]
    return Occupation(
        index=fields.whole("index"),
        how=word_at(fields["how"], "how", Kind),
        content=compose(dict(zip(PARTS, versions, strict=True)), releases),
        actor=fields.text("actor", ID),
        since=fields.time("since"),
        until=None if fields["until"] is None else fields.time("until"),
    )


def _hold(value: JSONValue) -> Hold:
    fields = Fields(value, "holds[]", _HOLD)
    return Hold(
        version=fields.text("version", VERSION),
        index=fields.whole("index"),
        reason=fields.text("reason", LINE),
    )


def _tag(value: JSONValue) -> TagRecord:
    fields = Fields(value, "tags[]", _TAG)
    name = fields.text("name", _ANY)
    return TagRecord(
        name=name,
        kind=ANNOTATED,
        inner_name=name,
        target=fields.text("target", OBJECT_ID),
        message=fields.text("message", _ANY),
    )


def _time_value(at: datetime | None) -> str | None:
    return None if at is None else written_time(at)
