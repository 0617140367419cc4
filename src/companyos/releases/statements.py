"""Entries as in-toto statements: the bytes that are signed, and back, exactly.

A statement decodes only if encoding the entry again gives the same bytes. So there is
one way to write an entry, nothing can hide in what is not read, and an entry is what
its signer saw.
"""

from __future__ import annotations

import json
import re

from companyos.digests import JSONValue, canonical_json, refuse_deep
from companyos.documents import list_at, written_time
from companyos.errors import IntegrityError, UsageError
from companyos.releases.bodies import (
    KEYS,
    Digests,
    body_digests,
    body_of,
    body_value,
)
from companyos.releases.entries import Entry, Kind, Position
from companyos.releases.fields import (
    ID,
    OPERATION_ID,
    ORIGIN,
    SHA256,
    Fields,
    text_at,
)

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_BASE = "https://companyos.dev/release-log/"

_STATEMENT = frozenset({"_type", "subject", "predicateType", "predicate"})
_LOG = frozenset({"origin", "index", "prevRoot"})
_COMMON = frozenset({"log", "operationId", "recordedAt", "actor"})
_SORTED = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
)
_KEYS = {kind: _COMMON | keys for kind, keys in KEYS.items()}
_TYPES = {kind: f"{PREDICATE_BASE}{kind}/v1" for kind in KEYS}
_type_of_ours = re.compile(
    re.escape(PREDICATE_BASE) + r"([a-z][a-z-]*)/v([0-9]+)"
).fullmatch


def encode(entry: Entry) -> bytes:
    """Return the statement's canonical bytes: what is signed.

    Raises:
        UsageError: a field of the entry has not the form that `decode` demands.
    """
    payload = canonical_json(_statement(entry))
    try:
        read = decode(payload)
    except IntegrityError as error:
        raise UsageError(f"this cannot be recorded: {error.message}") from error
    if read != entry:
        raise UsageError("this cannot be recorded: it would be read as something else")
    return payload


def decode(payload: bytes) -> Entry:
    """Return the entry that a statement records.

    Raises:
        IntegrityError: the bytes are not what `encode` gives for any entry; the
            message names the field.
    """
    value = _parsed(payload)
    statement = Fields(value, "statement", _STATEMENT)
    if statement["_type"] != STATEMENT_TYPE:
        raise IntegrityError(f"`statement._type` is not `{STATEMENT_TYPE}`")
    kind = _kind(statement["predicateType"])
    predicate = Fields(statement["predicate"], "predicate", _KEYS[kind])
    entry = _entry(kind, predicate, _digests(statement["subject"]))
    _require_same(value, entry, payload)
    return entry


def predicate_type(kind: Kind) -> str:
    """Return the URI that names the predicate of a kind this version can write."""
    return _TYPES[kind]


def _statement(entry: Entry) -> dict[str, JSONValue]:
    digests = body_digests(entry.body)
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {
                "name": name,
                "digest": {"sha256": digests[name].removeprefix("sha256:")},
            }
            for name in sorted(digests)
        ],
        "predicateType": predicate_type(entry.kind),
        "predicate": {
            "log": {
                "origin": entry.position.origin,
                "index": entry.position.index,
                "prevRoot": entry.position.prev_root,
            },
            "operationId": entry.operation_id,
            "recordedAt": written_time(entry.recorded_at),
            "actor": entry.actor,
            **body_value(entry.body),
        },
    }


def _parsed(payload: bytes) -> JSONValue:
    """Parse JSON, as loosely as Python does: `_require_same` compares the bytes."""
    refuse_deep(payload)
    try:
        value: JSONValue = json.loads(payload.decode())
    except ValueError as error:
        raise IntegrityError(f"the statement is not JSON: {error}") from error
    return value


def _kind(value: JSONValue) -> Kind:
    found = _type_of_ours(value) if isinstance(value, str) else None
    if found is None:
        expected = f"`{PREDICATE_BASE}<kind>/v1`"
        raise IntegrityError(f"`statement.predicateType` is not {expected}")
    name, version = found.groups()
    if version != "1" or name not in KEYS:
        raise IntegrityError(
            f"an entry of kind `{name}` (v{version}) cannot be read here: it was made "
            "by a newer companyos",
            hint="update companyos, then try again",
        )
    return Kind(name)


def _digests(value: JSONValue) -> Digests:
    digests: dict[str, str] = {}
    for number, subject in enumerate(list_at(value, "subject")):
        name = digest = None
        if isinstance(subject, dict) and isinstance(subject.get("digest"), dict):
            name, digest = subject.get("name"), subject["digest"].get("sha256")
        at = f"subject[{number}]"
        if not isinstance(name, str) or name in digests:
            raise IntegrityError(f"`{at}.name` is not text that stands here once")
        if not isinstance(digest, str) or not SHA256.fits(digest):
            raise IntegrityError(f"`{at}.digest.sha256` is not {SHA256.expected}")
        digests[name] = "sha256:" + digest
    return digests


def _entry(kind: Kind, predicate: Fields, digests: Digests) -> Entry:
    log = Fields(predicate["log"], "predicate.log", _LOG)
    return Entry(
        position=Position(
            origin=log.text("origin", ORIGIN),
            index=log.whole("index"),
            prev_root=log.text("prevRoot", SHA256),
        ),
        operation_id=predicate.text("operationId", OPERATION_ID),
        recorded_at=predicate.time("recordedAt"),
        actor=text_at(predicate["actor"], "predicate.actor", ID),
        body=body_of(kind, predicate, digests),
    )


def _require_same(value: JSONValue, entry: Entry, payload: bytes) -> None:
    """Refuse a statement that is not the one `entry` would be written as."""
    expected = _statement(entry)
    # In a statement that was read every key is ASCII and every number whole; for those
    # plain sorting gives the canonical bytes, in a tenth of the time.
    if _SORTED.encode(expected).encode() == payload:
        return
    if value == expected:
        raise IntegrityError("the statement is not canonical JSON")
    found = _difference(value, expected)
    raise IntegrityError(f"`{found}` does not agree with the rest of the statement")


def _difference(value: JSONValue, expected: dict[str, JSONValue]) -> str:
    """Return the name of the first field in which a read statement differs."""
    if isinstance(value, dict) and value["subject"] != expected["subject"]:
        return "subject"
    found = value["predicate"] if isinstance(value, dict) else None
    wanted = expected["predicate"]
    if isinstance(found, dict) and isinstance(wanted, dict):
        for key in sorted(wanted):
            if found[key] != wanted[key]:
                return f"predicate.{key}"
    return "statement"
