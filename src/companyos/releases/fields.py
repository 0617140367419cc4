"""Reading one JSON object strictly: exact keys, exact types, exact forms.

Whatever does not fit is an `IntegrityError` that names the field and what it should
have been. All forms are whole-string matches in which no control, bidirectional or
surrogate character passes, so what was read can be shown on a terminal as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from companyos.digests import JSONObject, JSONValue
from companyos.documents import list_at, object_at, time_at, whole_at
from companyos.errors import IntegrityError
from companyos.tenants import ID_PATTERN, is_id

VERSION_LENGTH_MAX = 64
_UNSEEN = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    r"\ud800-\udfff"
)
_version = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?").fullmatch


@dataclass(frozen=True, slots=True)
class Form:
    """One form of text: how to tell it, and what to call it in a message."""

    fits: Callable[[str], object]
    expected: str


def is_version(text: str) -> bool:
    """Return whether `text` is a version that is also safe in the name of a Git ref."""
    return (
        len(text) <= VERSION_LENGTH_MAX
        and _version(text) is not None
        and ".." not in text
        and not text.endswith((".", ".lock"))
    )


def _pattern(pattern: str, expected: str) -> Form:
    return Form(re.compile(pattern).fullmatch, expected)


ID = Form(is_id, f"an id `{ID_PATTERN}`")
VERSION = Form(is_version, "a version such as `1.4.0` or `1.4.0-rc.1`")
DIGEST = _pattern(r"sha256:[0-9a-f]{64}", "`sha256:` and 64 hexadecimal digits")
SHA256 = _pattern(r"[0-9a-f]{64}", "64 hexadecimal digits")
OBJECT_ID = _pattern(r"[0-9a-f]{40}|[0-9a-f]{64}", "a full Git object id")
OPERATION_ID = _pattern(r"[A-Za-z0-9._-]{1,128}", "1 to 128 of `A-Za-z0-9._-`")
ORIGIN = _pattern(r"[!-*,-~]{1,200}", "printable ASCII without a space or `+`")
PUBLIC_KEY = _pattern(r"[A-Za-z0-9+/]{1,2046}={0,2}", "a public key in base64")
GRANT = _pattern(
    rf"[a-z][a-z_-]{{0,62}}(:(\*|{ID_PATTERN}))?",
    "a grant such as `release` or `promote:staging`",
)
URI = _pattern(rf"[^\s{_UNSEEN}]{{1,2048}}", "an address without white space")
LINE = _pattern(
    rf"[^\n{_UNSEEN}]{{1,1000}}", "one line of 1 to 1000 visible characters"
)
DETAIL = _pattern(rf"[^\n{_UNSEEN}]{{0,1000}}", "at most one line of 1000 characters")
TEXT = _pattern(rf"[^{_UNSEEN}]{{0,20000}}", "at most 20000 visible characters")


class Fields:
    """A JSON object whose keys are exactly `keys`; `at` says where it stands."""

    __slots__ = ("_at", "_found")

    def __init__(self, value: JSONValue, at: str, keys: frozenset[str]) -> None:
        self._at = at
        self._found = object_at(value, at)
        if self._found.keys() != keys:
            strange = sorted(self._found.keys() ^ keys)
            wrong = "is not known" if strange[0] in self._found else "is missing"
            raise IntegrityError(f"`{at}.{shown(strange[0])}` {wrong}")

    def __getitem__(self, key: str) -> JSONValue:
        return self._found[key]

    def at(self, key: str) -> str:
        """Return the path of a field, for a message about it."""
        return f"{self._at}.{key}"

    def text(self, key: str, form: Form) -> str:
        """Return the text at `key`, which has the form."""
        found = self._found[key]
        if not isinstance(found, str) or not form.fits(found):
            raise IntegrityError(f"`{self.at(key)}` is not {form.expected}")
        return found

    def whole(self, key: str, *, least: int = 0) -> int:
        """Return the whole number at `key`, not below `least`."""
        return whole_at(self._found[key], self.at(key), least=least)

    def whole_or_none(self, key: str) -> int | None:
        """Return the whole number at `key`, or None where it is null."""
        return None if self._found[key] is None else self.whole(key)

    def time(self, key: str) -> datetime:
        """Return the time at `key`: UTC, whole seconds, written with `Z`."""
        return time_at(self._found[key], self.at(key))

    def items(self, key: str) -> Sequence[JSONValue]:
        """Return the list at `key`."""
        return list_at(self._found[key], self.at(key))

    def table(self, key: str, form: Form) -> JSONObject:
        """Return the object at `key`, whose keys all have the form."""
        found = object_at(self._found[key], self.at(key))
        for name in found:
            text_at(name, f"{self.at(key)} (a key)", form)
        return found


def shown(text: str) -> str:
    """Return text from outside in a form that cannot steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text[:200])


def text_at(value: JSONValue, at: str, form: Form) -> str:
    """Return `value`, which is text of the form."""
    if not isinstance(value, str) or not form.fits(value):
        raise IntegrityError(f"`{at}` is not {form.expected}")
    return value
