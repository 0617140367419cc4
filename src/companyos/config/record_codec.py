"""What one file gave as JSON, and back: for what is kept, and for other processes.

The form follows the types of the facts, so a new field needs nothing here. It is read
again only by the very version that wrote it. Only results without findings have it:
they are nearly all, and a finding is made again from the file that has it.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Protocol, TypeAlias, cast

from companyos.checks.facts import (
    BundleFacts,
    FlagFacts,
    TenantFacts,
    Word,
)
from companyos.checks.pointers import Path
from companyos.config.kinds import Kind
from companyos.config.read_file import FileResult, Record
from companyos.config.written_conditions import WrittenCondition
from companyos.digests import JSONValue
from companyos.findings import Place

KINDS: Mapping[Kind, type[TenantFacts | BundleFacts | FlagFacts]] = {
    Kind.TENANT: TenantFacts,
    Kind.POLICY: BundleFacts,
    Kind.FLAG: FlagFacts,
}
"""The kinds there are many of; of others there is one file, which is read again."""

Row: TypeAlias = list[JSONValue]
_Encode: TypeAlias = Callable[[object], JSONValue]
_Decode: TypeAlias = Callable[[JSONValue], object]
_tuple = tuple.__new__


class _Make(Protocol):
    def __call__(self, *values: object) -> object: ...


def is_kept(result: FileResult) -> bool:
    """Return whether a result has this form."""
    return not result.findings and not result.suppressions and result.kind in KINDS


class Codec:
    """Writes and reads results. Paths into documents are written once, in `paths`."""

    def __init__(self, paths: list[Path] | None = None) -> None:
        self.paths: list[Path] = paths or []
        self._indexes = {path: index for index, path in enumerate(self.paths)}
        self._file = ""
        self._encoders = {kind: self._encoder(KINDS[kind]) for kind in KINDS}
        self._decoders = {kind: self._decoder(KINDS[kind]) for kind in KINDS}

    def encode(self, result: FileResult) -> Row:
        """Return the JSON form of a result without findings."""
        kind = cast("Kind", result.kind)
        conditions: list[JSONValue] = [
            [each.path, each.source, each.actions] for each in result.conditions
        ]
        return [kind, self._encoders[kind](result.record), conditions]

    def decode(self, path: str, row: Row) -> FileResult:
        """Return the result of the file at `path`."""
        kind_name, record, conditions = row
        kind = Kind(cast("str", kind_name))
        self._file = path
        return FileResult(
            path,
            kind,
            (),
            None,
            cast("Record", self._decoders[kind](record)),
            tuple(
                WrittenCondition(path, where, text, None if on is None else tuple(on))
                for where, text, on in cast(
                    "list[tuple[str, str, list[str] | None]]", conditions
                )
            ),
        )

    def _word(self, value: object) -> JSONValue:
        text, place, path = cast("Word", value)
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = len(self.paths)
            self.paths.append(path)
        return [text, index, place.line, place.column, place.end_line, place.end_column]

    def _word_again(self, value: JSONValue) -> Word:
        text, index, line, column, end_line, end_column = cast(
            "tuple[str, int, int, int, int, int]", value
        )
        # What their constructors do, at half the cost: there are many of these.
        place = _tuple(Place, (self._file, line, column, end_line, end_column))
        return _tuple(Word, (text, place, self.paths[index]))

    def _encoder(self, kind: object) -> _Encode:
        if kind is Word:
            return self._word
        inner = _items_of(kind)
        if inner is not None:
            each = self._encoder(inner)
            ordered = typing.get_origin(kind) is tuple
            return lambda values: [
                each(one)
                for one in (
                    cast("tuple[object, ...]", values)
                    if ordered
                    else sorted(cast("frozenset[str]", values))
                )
            ]
        if dataclasses.is_dataclass(kind):
            return self._record_encoder(cast("type[object]", kind))
        optional = _optional(kind)
        if optional is not None:
            known = self._encoder(optional)
            return lambda value: None if value is None else known(value)
        if kind is datetime:
            return lambda value: cast("datetime", value).isoformat()
        return lambda value: cast("JSONValue", value)

    def _record_encoder(self, kind: type[object]) -> _Encode:
        hints = _hints(kind)
        parts = [self._encoder(hint) for hint in hints.values()]
        values_of = attrgetter(*hints)
        if len(hints) == 1:
            return lambda value: [parts[0](values_of(value))]
        return lambda value: [
            part(one) for part, one in zip(parts, values_of(value), strict=True)
        ]

    def _decoder(self, kind: object) -> _Decode:
        if kind is Word:
            return self._word_again
        inner = _items_of(kind)
        if inner is not None:
            each = self._decoder(inner)
            made = cast("Callable[[object], object]", typing.get_origin(kind))
            return lambda values: made([each(one) for one in cast("Row", values)])
        if dataclasses.is_dataclass(kind):
            return self._record_decoder(cast("type[object]", kind))
        optional = _optional(kind)
        if optional is not None:
            known = self._decoder(optional)
            return lambda value: None if value is None else known(value)
        return _scalar_decoder(kind)

    def _record_decoder(self, kind: type[object]) -> _Decode:
        parts = [self._decoder(hint) for hint in _hints(kind).values()]
        make = cast("_Make", kind)
        return lambda value: make(
            *[part(one) for part, one in zip(parts, cast("Row", value), strict=True)]
        )


def _scalar_decoder(kind: object) -> _Decode:
    if kind is datetime:
        return lambda value: datetime.fromisoformat(cast("str", value))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        words = {each.value: each for each in kind}
        return lambda value: words[cast("str", value)]
    return lambda value: value


def _items_of(kind: object) -> object | None:
    """Return the type of what a tuple or a frozenset holds, None for others."""
    if typing.get_origin(kind) in {tuple, frozenset}:
        return cast("object", typing.get_args(kind)[0])
    return None


def _optional(kind: object) -> object | None:
    """Return the type of what may be None, None where it may not."""
    if not isinstance(kind, types.UnionType) and typing.get_origin(kind) is not (
        typing.Union
    ):
        return None
    known = [each for each in typing.get_args(kind) if each is not types.NoneType]
    return known[0] if len(known) == 1 else None


def _hints(kind: type[object]) -> Mapping[str, object]:
    return cast("Mapping[str, object]", typing.get_type_hints(kind))
