"""What one file gave as JSON, and back: for what is kept, and for other processes.

The form follows the types of the facts, so a new field needs nothing here. It is read
again only by the very version that wrote it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Protocol, TypeAlias, cast

from companyos.checks.facts import (
    BundleFacts,
    CatalogFacts,
    FlagFacts,
    PreferenceFacts,
    RegionFacts,
    SignersFacts,
    StageFacts,
    SubjectFacts,
    TenantFacts,
    Word,
)
from companyos.checks.pointers import Path
from companyos.checks.suppressing import Suppression
from companyos.config.kinds import Kind
from companyos.config.read_file import FileResult, Record
from companyos.config.written_conditions import WrittenCondition
from companyos.digests import JSONValue
from companyos.findings import Finding, Place

_FORMS: Mapping[Kind, object] = {
    Kind.TENANT: TenantFacts,
    Kind.POLICY: BundleFacts,
    Kind.POLICY_TESTS: tuple[str, ...],
    Kind.FLAG: FlagFacts,
    Kind.CATALOG: CatalogFacts,
    Kind.STAGES: tuple[StageFacts, ...],
    Kind.SIGNERS: SignersFacts,
    Kind.REGIONS: tuple[RegionFacts, ...],
    Kind.IDENTITY: tuple[SubjectFacts, ...],
    Kind.CHECKS: PreferenceFacts,
    Kind.INVARIANTS: tuple[str, ...],
}
"""The type of each kind's record; the empty ones are tuples of nothing."""

Row: TypeAlias = list[JSONValue]
Parts: TypeAlias = tuple[Sequence[Sequence[str | int]], Row]
"""The paths of a result's words, and the rest."""

_Encode: TypeAlias = Callable[[object], JSONValue]
_Decode: TypeAlias = Callable[[JSONValue], object]
_tuple = tuple.__new__
_encoded = json.JSONEncoder(separators=(",", ":")).encode


class _Make(Protocol):
    def __call__(self, *values: object) -> object: ...


class Codec:
    """Writes and reads results, one after the other.

    A result's paths into its document are written once, before what is found there.
    """

    def __init__(self) -> None:
        self._file = ""
        self._paths: list[Path] = []
        self._indexes: dict[Path, int] = {}
        self._met: dict[Path, Path] = {}
        self._encoders: dict[object, _Encode] = {}
        self._decoders: dict[object, _Decode] = {}

    def encode(self, result: FileResult) -> str:
        """Return the JSON form of a result."""
        return _encoded(self.taken_apart(result))

    def decode(self, path: str, data: str) -> FileResult:
        """Return the result of the file at `path`.

        Raises:
            ValueError: this is no form of a result; also `TypeError` and `LookupError`.
        """
        return self.put_together(path, cast("Parts", json.loads(data)))

    def taken_apart(self, result: FileResult) -> Parts:
        """Return what a result is made of: lists, texts and numbers."""
        self._paths, self._indexes = [], {}
        kind, record = result.kind, result.record
        form = None if kind is None or record is None else _FORMS[kind]
        conditions: list[JSONValue] = [
            [each.path, each.source, each.actions] for each in result.conditions
        ]
        row = [
            kind,
            None if form is None else self._encode(form, record),
            conditions,
            self._encode(_FINDINGS, result.findings) if result.findings else (),
            self._encode(_SUPPRESSIONS, result.suppressions)
            if result.suppressions
            else (),
            result.value,
        ]
        return self._paths, row

    def put_together(self, path: str, parts: Parts) -> FileResult:
        """Return the result that was taken apart, of the file at `path`."""
        paths, row = parts
        self._file = path
        self._paths = [self._met.setdefault(each, each) for each in map(tuple, paths)]
        kind_name, record, conditions, findings, suppressions, value = row
        kind = None if kind_name is None else Kind(cast("str", kind_name))
        return FileResult(
            path,
            kind,
            self.findings_again(findings) if findings else (),
            value,
            None
            if kind is None or record is None
            else cast("Record", self._decode(_FORMS[kind], record)),
            tuple(
                WrittenCondition(path, where, text, None if on is None else tuple(on))
                for where, text, on in cast(
                    "list[tuple[str, str, list[str] | None]]", conditions
                )
            ),
            cast("tuple[Suppression, ...]", self._decode(_SUPPRESSIONS, suppressions))
            if suppressions
            else (),
        )

    def findings(self, findings: Iterable[Finding]) -> JSONValue:
        """Return the form of findings in whatever files."""
        return self._encode(_FINDINGS, tuple(findings))

    def findings_again(self, rows: JSONValue) -> tuple[Finding, ...]:
        """Return findings from their form."""
        return cast("tuple[Finding, ...]", self._decode(_FINDINGS, rows))

    def _encode(self, form: object, value: object) -> JSONValue:
        if form not in self._encoders:
            self._encoders[form] = self._encoder(form)
        return self._encoders[form](value)

    def _decode(self, form: object, value: JSONValue) -> object:
        if form not in self._decoders:
            self._decoders[form] = self._decoder(form)
        return self._decoders[form](value)

    def _word(self, value: Word) -> JSONValue:
        text, _, line, column, end_line, end_column, path = value
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = len(self._paths)
            self._paths.append(path)
        return [text, index, line, column, end_line, end_column]

    def _word_again(self, value: tuple[str, int, int, int, int, int]) -> Word:
        text, index, line, column, end_line, end_column = value
        path = self._paths[index]
        # What the constructor does, at half the cost: there are many of these.
        parts = (text, self._file, line, column, end_line, end_column, path)
        return _tuple(Word, parts)

    def _encoder(self, kind: object) -> _Encode:
        """Return what writes values of a type."""
        if kind is Word:
            return cast("_Encode", self._word)
        if kind is Place:
            return lambda place: list(cast("Place", place))
        if typing.get_origin(kind) in {tuple, frozenset}:
            return self._collection_encoder(kind)
        if _is_record(kind):
            return self._record_encoder(cast("type[object]", kind))
        optional = _optional(kind)
        if optional is not None:
            known = self._encoder(optional)
            return lambda value: None if value is None else known(value)
        return _scalar_encoder(kind)

    def _collection_encoder(self, kind: object) -> _Encode:
        parts = _parts_of(kind)
        if parts is not None:
            encoders = [self._encoder(part) for part in parts]
            return lambda values: [
                part(one)
                for part, one in zip(encoders, cast("Row", values), strict=True)
            ]
        each = self._encoder(_items_of(kind))
        in_order = _ordered(kind)
        return lambda values: [each(one) for one in in_order(values)]

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
        """Return what reads values of a type again, as `_encoder` writes them."""
        if kind is Word:
            return cast("_Decode", self._word_again)
        if kind is Place:
            return lambda values: Place(*cast("tuple[str, int, int, int, int]", values))
        if typing.get_origin(kind) in {tuple, frozenset}:
            return self._collection_decoder(kind)
        if _is_record(kind):
            make = cast("_Make", kind)
            hints = _hints(cast("type[object]", kind)).values()
            return self._parts_decoder(tuple(hints), lambda values: make(*values))
        optional = _optional(kind)
        if optional is not None:
            known = self._decoder(optional)
            return lambda value: None if value is None else known(value)
        return _scalar_decoder(kind)

    def _collection_decoder(self, kind: object) -> _Decode:
        parts = _parts_of(kind)
        if parts is not None:
            return self._parts_decoder(parts, tuple)
        each = self._decoder(_items_of(kind))
        made = cast("Callable[[object], object]", typing.get_origin(kind))
        return lambda values: made([each(one) for one in cast("Row", values)])

    def _parts_decoder(
        self, parts: tuple[object, ...], make: Callable[[list[object]], object]
    ) -> _Decode:
        decoders = [self._decoder(part) for part in parts]
        return lambda value: make(
            [part(one) for part, one in zip(decoders, cast("Row", value), strict=True)]
        )


def _scalar_encoder(kind: object) -> _Encode:
    if kind is datetime:
        return lambda value: cast("datetime", value).isoformat()
    return lambda value: cast("JSONValue", value)


def _scalar_decoder(kind: object) -> _Decode:
    if kind is datetime:
        return lambda value: datetime.fromisoformat(cast("str", value))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        words = {each.value: each for each in kind}
        return lambda value: words[cast("str", value)]
    return lambda value: value


def _items_of(kind: object) -> object:
    """Return the type of what a tuple or a frozenset holds."""
    return cast("object", typing.get_args(kind)[0])


def _parts_of(kind: object) -> tuple[object, ...] | None:
    """Return the types of the parts of a tuple that is of a certain length."""
    parts = cast("tuple[object, ...]", typing.get_args(kind))
    if typing.get_origin(kind) is tuple and Ellipsis not in parts:
        return parts
    return None


def _ordered(kind: object) -> Callable[[object], Iterable[object]]:
    """Return what puts a collection into the order in which it is written."""
    if typing.get_origin(kind) is tuple:
        return lambda values: cast("tuple[object, ...]", values)
    return lambda values: sorted(cast("frozenset[str]", values))


def _optional(kind: object) -> object | None:
    """Return the type of what may be None, None where it may not."""
    if not isinstance(kind, types.UnionType) and typing.get_origin(kind) is not (
        typing.Union
    ):
        return None
    known = [each for each in typing.get_args(kind) if each is not types.NoneType]
    return known[0] if len(known) == 1 else None


def _is_record(kind: object) -> bool:
    return dataclasses.is_dataclass(kind) or hasattr(kind, "_fields")


def _hints(kind: type[object]) -> Mapping[str, object]:
    """Return the types of a record's fields, as `typing.get_type_hints` does.

    Each way of writing a type is resolved once only, for that is slow.
    """
    written = cast("Mapping[str, str]", kind.__annotations__)
    met = _MET.setdefault(kind.__module__, {})
    new = {text: text for text in written.values() if text not in met}
    if new:
        around = vars(sys.modules[kind.__module__])
        met |= typing.get_type_hints(type("_", (), {"__annotations__": new}), around)
    return {name: met[text] for name, text in written.items()}


_MET: dict[str, dict[str, object]] = {}


_FINDINGS = tuple[Finding, ...]
_SUPPRESSIONS = tuple[Suppression, ...]
