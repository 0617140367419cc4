"""The compiled flags document, read strictly into flags that are ready to be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from graphlib import CycleError
from types import MappingProxyType

from companyos.conditions import from_wire
from companyos.digests import JSONValue
from companyos.documents import Fields, identifier_at
from companyos.errors import IntegrityError
from companyos.findings import Place
from companyos.flags.answers import needed_by, ready_flag
from companyos.flags.model import Flag, FlagRule, Override, Prerequisite, Serve, Split
from companyos.flags.pins import BUCKETINGS
from companyos.flags.ready import FlagSet
from companyos.flags.vocabulary import (
    WEIGHT_TOTAL,
    FlagKind,
    FlagState,
    FlagType,
    OnExpiry,
    SplitBy,
)

SCHEMA = "companyos.flags/v1"


def read_flags(document: JSONValue, *, digest: str) -> FlagSet:
    """Return the flags of a compiled document, whose bytes have this digest.

    Raises:
        IntegrityError: if it is not exactly what a compiled document is.
    """
    fields = Fields(document, "flags", frozenset({"schema", "flags"}))
    fields.schema(SCHEMA)
    at = fields.path("flags")
    flags = {
        identifier_at(name, at, "key"): _flag(name, value, at)
        for name, value in fields.table("flags").items()
    }
    _refuse_unknown_prerequisites(flags)
    ready = {
        name: ready_flag(flag, _needed(name, flags), digest)
        for name, flag in flags.items()
    }
    return FlagSet(digest, MappingProxyType(flags), MappingProxyType(ready))


_FLAG_KEYS = frozenset({
    "type", "kind", "state", "variants", "default", "off", "owner", "prerequisites",
    "overrides", "rules", "rollout", "bucketing", "salt", "expires_at", "on_expiry",
    "file", "line",
})  # fmt: skip


def _flag(flag_id: str, value: JSONValue, at: str) -> Flag:
    fields = Fields(value, f"{at}.{flag_id}", _FLAG_KEYS)
    if fields.text("bucketing") not in BUCKETINGS:
        raise IntegrityError(
            f"`{fields.path('bucketing')}` is not one of {', '.join(BUCKETINGS)}"
        )
    reader = _FlagReader(fields)
    return Flag(
        flag_id=flag_id,
        type=reader.type,
        kind=fields.word("kind", FlagKind),
        state=fields.word("state", FlagState),
        variants=reader.variants,
        default=reader.variant(fields["default"], fields.path("default")),
        off=reader.variant(fields["off"], fields.path("off")),
        prerequisites=reader.prerequisites(),
        overrides=reader.overrides(),
        rules=reader.rules(),
        rollout=reader.rollout(),
        bucketing=fields.text("bucketing"),
        salt=fields.text("salt"),
        expires_at=fields.time_or_none("expires_at"),
        on_expiry=fields.word("on_expiry", OnExpiry),
        owner=fields.text("owner"),
        place=Place(fields.text("file"), fields.whole("line")),
    )


class _FlagReader:
    """Reads the parts of one flag that name its variants."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self.type = fields.word("type", FlagType)
        self.variants: Mapping[str, JSONValue] = MappingProxyType(
            {
                name: _frozen(_value(self.type, value))
                for name, value in fields.table("variants").items()
            }
        )
        if not all(_is_of(self.type, value) for value in self.variants.values()):
            raise IntegrityError(f"`{fields.path('variants')}` are not {self.type}s")
        if self.type is FlagType.BOOLEAN and self.variants != {
            "on": True,
            "off": False,
        }:
            raise IntegrityError(f"`{fields.path('variants')}` are not `on` and `off`")

    def variant(self, value: JSONValue, at: str) -> str:
        if not isinstance(value, str) or value not in self.variants:
            raise IntegrityError(f"`{at}` is not a variant of the flag")
        return value

    def prerequisites(self) -> tuple[Prerequisite, ...]:
        at = self._fields.path("prerequisites")
        keys = frozenset({"flag", "variant"})
        read = [
            Fields(item, f"{at}[{number}]", keys)
            for number, item in enumerate(self._fields.items("prerequisites"))
        ]
        found = {item.identifier("flag"): item.text("variant") for item in read}
        if len(found) != len(read):
            raise IntegrityError(f"`{at}` names a flag twice")
        return tuple(Prerequisite(flag, variant) for flag, variant in found.items())

    def overrides(self) -> Mapping[str, Override]:
        at = self._fields.path("overrides")
        keys = frozenset({"serve", "until", "reason"})
        read = {
            identifier_at(tenant_id, at, "key"): Fields(item, f"{at}.{tenant_id}", keys)
            for tenant_id, item in self._fields.table("overrides").items()
        }
        return MappingProxyType(
            {
                tenant_id: Override(
                    self._serve(item), item.time_or_none("until"), item.text("reason")
                )
                for tenant_id, item in read.items()
            }
        )

    def rules(self) -> tuple[FlagRule, ...]:
        at = self._fields.path("rules")
        keys = frozenset({"name", "when", "source", "serve"})
        read = [
            Fields(item, f"{at}[{number}]", keys)
            for number, item in enumerate(self._fields.items("rules"))
        ]
        return tuple(
            FlagRule(
                item.text("name"),
                from_wire(item["when"]),
                item.text_or_none("source") or "",
                self._serve(item),
            )
            for item in read
        )

    def rollout(self) -> Split | None:
        found = self._fields["rollout"]
        if found is None:
            return None
        return self._split(found, self._fields.path("rollout"))

    def _serve(self, item: Fields) -> Serve:
        at = item.path("serve")
        keys = frozenset({"variant", "split"})
        fields = Fields(item["serve"], at, frozenset(), keys)
        if ("variant" in fields) is ("split" in fields):
            raise IntegrityError(f"`{at}` has not exactly one of `variant` and `split`")
        if "variant" in fields:
            return Serve(variant=self.variant(fields["variant"], f"{at}.variant"))
        return Serve(split=self._split(fields["split"], f"{at}.split"))

    def _split(self, value: JSONValue, at: str) -> Split:
        fields = Fields(value, at, frozenset({"by", "weights"}))
        weights: list[tuple[str, int]] = []
        for number, item in enumerate(fields.items("weights")):
            where = f"{at}.weights[{number}]"
            if not isinstance(item, list) or len(item) != 2:
                raise IntegrityError(f"`{where}` is not a variant and its weight")
            variant, weight = item
            if type(weight) is not int or not 0 <= weight <= WEIGHT_TOTAL:
                raise IntegrityError(f"`{where}` has no weight of 0 to {WEIGHT_TOTAL}")
            weights.append((self.variant(variant, where), weight))
        if sum(weight for _, weight in weights) != WEIGHT_TOTAL:
            raise IntegrityError(f"`{at}.weights` do not sum to {WEIGHT_TOTAL}")
        if len(dict(weights)) != len(weights):
            raise IntegrityError(f"`{at}.weights` name a variant twice")
        return Split(fields.word("by", SplitBy), tuple(weights))


def _value(flag_type: FlagType, value: JSONValue) -> JSONValue:
    """Return a variant's value; a `number` is carried as text, in one way only.

    Canonical JSON has no fractions: they are what readers read differently.
    """
    if flag_type is not FlagType.NUMBER or not isinstance(value, str):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    return number if math.isfinite(number) and repr(number) == value else value


def _is_of(flag_type: FlagType, value: JSONValue) -> bool:
    match flag_type:
        case FlagType.BOOLEAN:
            return type(value) is bool
        case FlagType.STRING:
            return type(value) is str
        case FlagType.INTEGER:
            return type(value) is int
        case FlagType.NUMBER:
            return type(value) is float
        case FlagType.OBJECT:
            return isinstance(value, Mapping)


def _frozen(value: JSONValue) -> JSONValue:
    """Return `value` such that whoever is given it cannot change it for others."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _refuse_unknown_prerequisites(flags: Mapping[str, Flag]) -> None:
    for flag in flags.values():
        for item in flag.prerequisites:
            needed = flags.get(item.flag_id)
            if needed is None or item.variant not in needed.variants:
                raise IntegrityError(
                    f"flag `{flag.flag_id}` needs `{item.flag_id}` to answer"
                    f" `{item.variant}`, which it never does"
                )


def _needed(name: str, flags: Mapping[str, Flag]) -> tuple[str, ...]:
    if not flags[name].prerequisites:
        return ()
    try:
        return needed_by(name, flags)
    except CycleError as error:
        raise IntegrityError(f"flag `{name}` is a prerequisite of itself") from error
