"""The names by which files of a desired state have to do with each other.

What a check says of a tenant, a policy bundle or a flag hangs on its own file, on files
that there is one of, and on files that share a name with it. A field that checks follow
to another file is told here and nowhere else; what is checked again after a change, and
what may be left alone, is found by these names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from companyos.checks.facts import BundleFacts, FlagFacts, TenantFacts


class Part(StrEnum):
    """What a file has to do with a name."""

    GIVES = "gives"
    USES = "uses"
    ALIKE = "alike"


class Space(StrEnum):
    """What a name is a name of; one thing has several where it is used differently."""

    TENANT = "tenant"
    BUNDLE = "bundle"
    BASE = "base"
    FLAG = "flag"
    REQUIRED = "required"
    FILE = "file"
    CALLED = "called"


class Name(NamedTuple):
    """A name, and what a file has to do with it.

    The file `gives` it where its id is the name, `uses` it where it refers to whoever
    gives it, and is `alike` to others of the name, which should be its own.
    """

    part: Part
    space: Space
    text: str


Named: TypeAlias = TenantFacts | BundleFacts | FlagFacts
"""The records that have names."""

SPACES: Mapping[type[Named], tuple[Space, ...]] = {
    TenantFacts: (Space.TENANT,),
    BundleFacts: (Space.BUNDLE, Space.BASE),
    FlagFacts: (Space.FLAG, Space.REQUIRED),
}
"""Where the ids of each kind of record are names."""

CHAINED = frozenset({Space.BASE, Space.REQUIRED, Space.FLAG})
"""Where it is not enough to have whoever gives a name: what it uses is followed too.

Bundles and flags go in circles, and a flag is unused only where all names are known.
"""


def names_of(path: str, kind: type[Named] | None, record: object) -> Iterator[Name]:
    """Yield the names of the file at `path`; `kind` is what its folder holds.

    A file that gave no record, or one of another id, stands for its own name as well.
    """
    yield Name(Part.ALIKE, Space.FILE, path.casefold())
    if kind is not None:
        stem = path.rsplit("/", 1)[-1].removesuffix(".yaml")
        yield from (Name(Part.GIVES, space, stem) for space in SPACES[kind])
    match record:
        case TenantFacts():
            yield from _of_tenant(record)
        case BundleFacts():
            yield from _of_id(record)
            for word in record.extends:
                yield Name(Part.USES, Space.BASE, word.text)
            yield from _compared(rule.when.text for rule in record.rules if rule.when)
        case FlagFacts():
            yield from _of_id(record)
            for override in record.overrides:
                yield Name(Part.USES, Space.TENANT, override.tenant.text)
            for required in record.prerequisites:
                yield Name(Part.USES, Space.REQUIRED, required.flag.text)
            yield from _compared(rule.when.text for rule in record.rules)
        case _:
            pass


def _of_tenant(tenant: TenantFacts) -> Iterator[Name]:
    yield from _of_id(tenant)
    yield Name(Part.USES, Space.BUNDLE, tenant.bundle.text)
    for word in tenant.flags:
        yield Name(Part.USES, Space.FLAG, word.text)
    if tenant.name is not None:
        called = " ".join(tenant.name.text.casefold().split())
        yield Name(Part.ALIKE, Space.CALLED, called)


_QUOTED = re.compile(r"""["']([a-z][a-z0-9-]*)(?=["'])""")
_NO_TENANT = re.compile(r"tenant\.(?:env|data_)")


def _compared(conditions: Iterable[str]) -> Iterator[Name]:
    """Yield what conditions may compare with tenants, rather a word too many.

    What is written with escapes is missing: no check follows it either.
    """
    for text in conditions:
        if "tenant" in text and "tenant" in _NO_TENANT.sub("", text):
            for name in _QUOTED.findall(text):
                yield Name(Part.USES, Space.TENANT, name)


def _of_id(record: Named) -> Iterator[Name]:
    for space in SPACES[type(record)]:
        yield Name(Part.GIVES, space, record.id.text)
    first = SPACES[type(record)][0]
    yield Name(Part.ALIKE, first, record.id.text.casefold())


def face(record: object, space: Space) -> object:
    """Return what whoever uses this record's name in this space can see of it.

    Where that is as before, they are not touched by a change of the record.
    """
    match record, space:
        case TenantFacts(), _:
            return record.id, frozenset(word.text for word in record.flags)
        case BundleFacts(), Space.BUNDLE:
            return record.id, record.abstract
        case FlagFacts(), Space.FLAG:
            return record.id.text
        case _:
            return record
