"""What a change does to what no service loads: invariants, stages and signers.

Files are documents by the name of their kind, as they are written, with an empty one
for a file that is not there. A list whose rows have names is compared by them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from companyos.diff.model import Remark
from companyos.digests import JSONObject, JSONValue

NOUNS = {"invariants": "invariant", "stages": "stage", "signers": "signer"}
"""The files in the order they are told, and what each of them holds by name."""

VALUE_MAX = 60
"""A value that is longer as JSON is not shown."""

Path: TypeAlias = tuple[str, ...]

_NAMES = ("id", "name")


def governing_remarks(
    before: Mapping[str, JSONObject], after: Mapping[str, JSONObject]
) -> tuple[Remark, ...]:
    """Return a remark for each value that differs in the files of both sides."""
    return tuple(
        Remark(_text(path, one, other), is_effect=True, about=_about(path, other))
        for kind in NOUNS
        if kind in before and kind in after
        for path, one, other in changed_values(
            {kind: {}, **before[kind]}, {kind: {}, **after[kind]}, (kind,)
        )
    )


def changed_values(
    before: JSONValue, after: JSONValue, path: Path = ()
) -> Iterator[tuple[Path, JSONValue, JSONValue]]:
    """Yield the path of each value that differs, and both; None is one not there."""
    one, other = _by_name(before, after), _by_name(after, before)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            yield from changed_values(one.get(key), other.get(key), (*path, key))
    elif one != other:
        yield path, one, other


def told_change(before: JSONValue, after: JSONValue) -> str:
    """Return how a value changes: lists by what comes and goes, others from and to."""
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        return "is new" if before is None else "is gone"
    if (members := members_changed(before, after)) is not None:
        return ", ".join(members) or "is in another order"
    shown = [
        "nothing" if each is None else json.dumps(each, ensure_ascii=False)
        for each in (before, after)
    ]
    return "has changed" if max(map(len, shown)) > VALUE_MAX else " → ".join(shown)


def members_changed(before: JSONValue, after: JSONValue) -> list[str] | None:
    """Return what comes to a list and what goes, None where the two are no lists."""
    if not (_is_list(before) and _is_list(after)):
        return None
    one, other = list(_texts(before)), list(_texts(after))
    return [
        *(f"+ {each}" for each in other if each not in one),
        *(f"- {each}" for each in one if each not in other),
    ]


def name_of(row: JSONValue) -> str | None:
    """Return what a row of a list is called, if it has a name."""
    if not isinstance(row, Mapping):
        return None
    names = (row.get(key) for key in _NAMES)
    return next((name for name in names if isinstance(name, str)), None)


def _text(path: Path, one: JSONValue, other: JSONValue) -> str:
    kind, *keys = path
    if keys[0] != kind:
        return f"{kind}: `{'.'.join(keys)}` {told_change(one, other)}"
    name, *inner = keys[1:]
    within = f": `{'.'.join(inner)}`" if inner else ""
    return f"{NOUNS[kind]} `{name}`{within} {told_change(one, other)}"


def _about(path: Path, other: JSONValue) -> Path:
    return () if other is None and len(path) < 4 else path


def _by_name(value: JSONValue, beside: JSONValue) -> JSONValue:
    """Return a list of rows with names as a table; beside one, nothing is empty."""
    found = _table(value)
    if found is None and not value and _table(beside) is not None:
        return {}
    return value if found is None else found


def _table(value: JSONValue) -> Mapping[str, JSONValue] | None:
    if not value or isinstance(value, str) or not isinstance(value, Sequence):
        return None
    found = {name: row for row in value if (name := name_of(row)) is not None}
    return found if len(found) == len(value) else None


def _is_list(value: JSONValue) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _texts(value: JSONValue) -> Iterator[str]:
    for each in value if isinstance(value, Sequence) else ():
        yield each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)
