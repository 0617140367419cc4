"""Canonical JSON and digests: the same value gives the same bytes everywhere.

The bytes are those of RFC 8785 (JSON Canonicalization Scheme) for the values allowed
here: null, booleans, strings, lists, objects with string keys, and integers that every
JSON reader can represent (within ±(2**53 - 1)). Other numbers are refused rather than
rounded. A digest is written `sha256:<64 hexadecimal digits>`.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from companyos.errors import IntegrityError, UsageError

JSONValue: TypeAlias = (
    bool | int | float | str | Sequence["JSONValue"] | Mapping[str, "JSONValue"] | None
)
JSONObject: TypeAlias = Mapping[str, JSONValue]

INTEGER_MAX = 2**53 - 1
DEPTH_MAX = 64
"""How many lists and objects may stand inside each other."""

_SURROGATE_ESCAPE = b"\\ud"
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKET = bytes(byte for byte in range(256) if byte not in b"[]{}")


def digest_of(data: bytes) -> str:
    """Return the digest of `data` in the written form."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of_value(value: JSONValue) -> str:
    """Return the digest of the canonical bytes of `value`."""
    return digest_of(canonical_json(value))


def canonical_json(value: JSONValue) -> bytes:
    """Return the RFC 8785 bytes of `value`.

    Raises:
        UsageError: for a number or a string that has no canonical form here.
    """
    ordered = _ordered(value, 0)
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UsageError("a string holds half a surrogate pair") from error


def strict_json(data: bytes) -> JSONValue:
    """Parse JSON that everybody reads alike.

    Raises:
        IntegrityError: for anything that is not UTF-8 JSON, a repeated key, a number
            that is not finite, half a surrogate pair, or nesting that is too deep.
    """
    refuse_deep(data)
    try:
        value: JSONValue = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_without_repeated_keys,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
        if _SURROGATE_ESCAPE in data.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except ValueError as error:
        raise IntegrityError(f"not strict JSON: {error}") from error
    return value


def refuse_deep(data: bytes) -> None:
    """Refuse deeply nested JSON before it is parsed.

    A parser goes as deep as the process's stack has room, and whatever Python then
    runs in between, a finalizer for one, finds none left.

    Raises:
        IntegrityError: more than `DEPTH_MAX` lists and objects stand inside each other.
    """
    if data.count(b"[") + data.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for bracket in _STRING.sub(b"", data).translate(None, _NO_BRACKET):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEPTH_MAX:
            raise IntegrityError(f"not strict JSON: deeper than {DEPTH_MAX} levels")


def _ordered(value: JSONValue, depth: int) -> JSONValue:
    """Return `value` with every object's keys in UTF-16 order, as RFC 8785 asks."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return _representable(value)
    if depth == DEPTH_MAX:
        raise UsageError(f"nested deeper than {DEPTH_MAX} levels")
    if isinstance(value, Mapping):
        keys = sorted(value, key=_utf16)
        return {key: _ordered(value[key], depth + 1) for key in keys}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_ordered(item, depth + 1) for item in value]
    raise UsageError(f"{value!r} has no canonical form: only whole numbers have one")


def _utf16(key: str) -> bytes:
    if not isinstance(key, str):
        raise UsageError(f"{key!r} is no key: only strings are")
    return key.encode("utf-16-be", "surrogatepass")


def _representable(number: int) -> int:
    if not -INTEGER_MAX <= number <= INTEGER_MAX:
        raise UsageError(f"`{number}` is beyond what every JSON reader can hold")
    return number


def _without_repeated_keys(pairs: list[tuple[str, JSONValue]]) -> JSONObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond every number")
    return number


def _refuse_constant(name: str) -> JSONValue:
    raise ValueError(f"{name} is not a JSON number")
