"""Where in their documents findings are, told without the numbers of lists' items.

An item is named by what tells it apart, or by its own text, so that a finding stays
itself where items are moved, and another item's is another one. What has no name keeps
its number. This is done for findings alone, which are few.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TypeAlias, cast

from companyos.checks.facts import Word
from companyos.checks.pointers import pointer
from companyos.digests import JSONValue
from companyos.findings import Finding

NAMING = ("id", "name", "tenant_id", "subject_id", "flag")
"""The keys that tell the items of a list apart; of two that an item has, both do."""

FILES_MAX = 1000
"""Files whose names are held at once; one finding may be about all there are."""

Names: TypeAlias = Mapping[str, str]
"""The names of lists' items by their JSON pointers."""

_has_number = re.compile(r"/\d").search


def named(
    findings: Iterable[Finding], names_of: Callable[[str], Names]
) -> list[Finding]:
    """Return the findings with their paths by names; `names_of` gives a file's."""
    names_in = lru_cache(FILES_MAX)(names_of)

    def path_in(file: str, path: str) -> str:
        return _by_names(path, names_in(file)) if _has_number(path) else path

    return [_named(each, path_in) for each in findings]


def names_in_record(record: object) -> Names:
    """Return the names of the items that a file's record has words of."""
    found: dict[str, str] = {}
    keys: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for word in _words(record):
        if not word.path:
            continue
        *above, last = word.path
        if isinstance(last, int):
            found[pointer(word.path)] = word.text
        elif last in NAMING and above and isinstance(above[-1], int):
            keys[pointer(tuple(above))][last] = word.text
    return found | {at: _name(item) or "" for at, item in keys.items()}


def names_in_value(value: JSONValue) -> Names:
    """Return the names of all items of a document's lists."""
    return dict(_items(value, ""))


def _named(finding: Finding, path_in: Callable[[str, str], str]) -> Finding:
    path = path_in(finding.place.file, finding.path)
    uses = tuple(use._replace(path=path_in(use.file, use.path)) for use in finding.uses)
    if finding.named_path or (path, uses) == (finding.path, finding.uses):
        return finding
    return replace(finding, named_path=path, uses=uses)


def _by_names(path: str, names: Names) -> str:
    at = found = ""
    for step in path.split("/")[1:]:
        at += f"/{step}"
        found += pointer((names[at],)) if at in names else f"/{step}"
    return found


def _words(value: object) -> Iterator[Word]:
    """Yield the words in records, which are tuples, as are words themselves."""
    if isinstance(value, Word):
        yield value
    elif isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            yield from _words(each)


def _items(value: JSONValue, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _items(each, at + pointer((key,)))
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            name = _name(each)
            if name is not None:
                yield f"{at}/{index}", name
            yield from _items(each, f"{at}/{index}")


def _name(item: JSONValue) -> str | None:
    """Return what tells an item of a list apart, None where nothing does."""
    if isinstance(item, Mapping):
        told = [item[key] for key in NAMING if isinstance(item.get(key), str)]
        return " ".join(map(str, told)) if told else None
    return None if item is None or isinstance(item, list | tuple) else str(item)
