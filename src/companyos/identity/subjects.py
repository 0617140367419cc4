"""Who is asking: subjects, the three answers of a lookup, and the directory protocol.

"There is no such subject" and "we could not find out" are different answers and never
share a value: the first is definite, the second must deny.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from companyos.tenants import is_id

SUBJECT_ID_LENGTH_MAX = 256

AttributeValue: TypeAlias = str | int | bool | Sequence[str]
"""What a directory may know of a subject: values of the catalogue's four types."""


class Freshness(StrEnum):
    """How an answer was come by; every decision log line carries it."""

    FRESH = "fresh"
    CACHED = "cached"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a program, within one tenant.

    `attributes` holds what the directory knows beyond roles (department, country,
    employment_type); an unknown attribute is absent, never empty or null.
    """

    tenant_id: str
    subject_id: str
    roles: frozenset[str]
    attributes: Mapping[str, AttributeValue]
    freshness: Freshness = Freshness.FRESH


@dataclass(frozen=True, slots=True)
class NotFound:
    """The directory answered: this tenant has no such subject."""

    tenant_id: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The directory gave no usable answer."""

    reason: str


Lookup: TypeAlias = Subject | NotFound | Unavailable


class Directory(Protocol):
    """Where subjects are looked up. The tenant is part of the key.

    Several threads may ask at once.
    """

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or which of the other two answers it is.

        Ids are compared exactly: letter case and every character count.
        Implementations do not raise for a backend that fails: that is `Unavailable`.
        """
        ...


def attributes_of(value: object) -> dict[str, AttributeValue] | None:
    """Return the attributes that a JSON object holds, or None if it holds others.

    A text or an item that is empty says nothing, and a directory that says so means
    something else; so does one that sends a float, null or an object.
    """
    if not isinstance(value, Mapping):
        return None
    known = {str(name): _attribute(each) for name, each in value.items()}
    found = {name: each for name, each in known.items() if each is not None}
    return found if len(found) == len(value) else None


def _attribute(value: object) -> AttributeValue | None:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value or None
    if not isinstance(value, list | tuple):
        return None
    texts = tuple(each for each in value if isinstance(each, str) and each)
    return texts if len(texts) == len(value) else None


def can_exist(tenant_id: str, subject_id: str) -> bool:
    """Return whether a directory may hold such a subject at all.

    A subject's id is 1 to 256 visible ASCII characters, so no two ids look alike and
    none needs a Unicode normal form. Whoever has another id is `NotFound`, unasked.
    """
    return (
        0 < len(subject_id) <= SUBJECT_ID_LENGTH_MAX
        and subject_id.isascii()
        and subject_id.isprintable()
        and " " not in subject_id
        and is_id(tenant_id) is not None
    )
