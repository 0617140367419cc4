"""Reading the JSON documents that services load: exact keys, exact types, exact forms.

What does not fit is an `IntegrityError` that names the path and what was expected. An
unknown key is refused as well: ignoring a restriction that a newer writer added would
let through what it forbids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from companyos.digests import INTEGER_MAX, JSONObject, JSONValue
from companyos.errors import IntegrityError
from companyos.tenants import is_id

_Word = TypeVar("_Word", bound=StrEnum)

is_digest = re.compile(r"sha256:[0-9a-f]{64}").fullmatch
_is_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch


class Fields:
    """One object of a document; `at` is its path, for messages."""

    __slots__ = ("_found", "at")

    def __init__(
        self,
        value: JSONValue,
        at: str,
        required: frozenset[str],
        optional: frozenset[str] = frozenset(),
    ) -> None:
        self.at = at
        self._found = object_at(value, at)
        keys = self._found.keys()
        if not required <= keys:
            raise IntegrityError(f"`{at}` lacks `{min(required - keys)}`")
        if len(keys) > len(required) and not keys <= required | optional:
            strange = min(keys - required - optional)
            raise IntegrityError(f"`{at}` has an unknown key `{strange}`")

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def __getitem__(self, key: str) -> JSONValue:
        return self._found[key]

    def path(self, key: str) -> str:
        """Return the path of a field."""
        return f"{self.at}.{key}"

    def text(self, key: str) -> str:
        """Return the text at `key`."""
        found = self._found[key]
        if type(found) is not str:
            raise _unlike(self.path(key), "text")
        return found

    def text_or_none(self, key: str) -> str | None:
        """Return the text at `key`, or None where it is null."""
        return None if self._found[key] is None else self.text(key)

    def identifier(self, key: str) -> str:
        """Return the id at `key`."""
        return identifier_at(self._found[key], self.at, key)

    def digest(self, key: str) -> str:
        """Return the digest at `key`."""
        return digest_at(self._found[key], self.path(key))

    def word(self, key: str, words: type[_Word]) -> _Word:
        """Return the member of a closed vocabulary at `key`."""
        return word_at(self._found[key], self.path(key), words)

    def truth(self, key: str) -> bool:
        """Return the boolean at `key`."""
        found = self._found[key]
        if type(found) is not bool:
            raise _unlike(self.path(key), "true or false")
        return found

    def whole(self, key: str) -> int:
        """Return the whole number at `key`, which is not below nought."""
        return whole_at(self._found[key], self.path(key))

    def time(self, key: str) -> datetime:
        """Return the time at `key`: UTC, whole seconds, written with `Z`."""
        return time_at(self._found[key], self.path(key))

    def time_or_none(self, key: str) -> datetime | None:
        """Return the time at `key`, or None where it is null."""
        return None if self._found[key] is None else self.time(key)

    def items(self, key: str) -> Sequence[JSONValue]:
        """Return the list at `key`."""
        return list_at(self._found[key], self.path(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of different texts at `key`."""
        found = tuple(item for item in self.items(key) if isinstance(item, str))
        if len(found) != len(self.items(key)) or len(set(found)) != len(found):
            raise _unlike(self.path(key), "a list of different texts")
        return found

    def table(self, key: str) -> JSONObject:
        """Return the object at `key`."""
        return object_at(self._found[key], self.path(key))

    def schema(self, expected: str) -> None:
        """Refuse a document that is not of the expected schema."""
        if self._found["schema"] != expected:
            raise _unlike(self.path("schema"), f"`{expected}`")


def object_at(value: JSONValue, at: str) -> JSONObject:
    """Return `value`, which is an object."""
    if not isinstance(value, Mapping):
        raise _unlike(at, "an object")
    return value


def list_at(value: JSONValue, at: str) -> Sequence[JSONValue]:
    """Return `value`, which is a list."""
    if not isinstance(value, list):
        raise _unlike(at, "a list")
    return value


def whole_at(value: JSONValue, at: str, *, least: int = 0) -> int:
    """Return `value`, which is a whole number, not below `least`."""
    # A bool is an int to Python, and not to anybody else.
    if type(value) is not int or not least <= value <= INTEGER_MAX:
        raise _unlike(at, f"a whole number of at least {least}")
    return value


def word_at(value: JSONValue, at: str, words: type[_Word]) -> _Word:
    """Return `value` as a member of a closed vocabulary."""
    try:
        return words(value if isinstance(value, str) else "")
    except ValueError as error:
        expected = "one of " + ", ".join(f"`{word}`" for word in words)
        raise _unlike(at, expected) from error


def identifier_at(value: JSONValue, at: str, key: str) -> str:
    """Return `value`, which is an id; it stands at `key` of `at`."""
    if type(value) is not str or not is_id(value):
        raise _unlike(f"{at}.{key}", "an id such as `pilot-a`")
    return value


def digest_at(value: JSONValue, at: str) -> str:
    """Return `value`, which is a digest."""
    if type(value) is not str or not is_digest(value):
        raise _unlike(at, "`sha256:` and 64 hexadecimal digits")
    return value


def time_at(value: JSONValue, at: str) -> datetime:
    """Return `value`, which is a time."""
    if isinstance(value, str) and _is_time(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise _unlike(at, "a time such as `2027-01-31T00:00:00Z`")


def written_time(at: datetime) -> str:
    """Return a time as documents write it: UTC, whole seconds, with `Z`."""
    plain = at.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(timespec="seconds") + "Z"


def _unlike(at: str, expected: str) -> IntegrityError:
    return IntegrityError(f"`{at}` is not {expected}")
