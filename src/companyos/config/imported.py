"""Flags of other products as our files: the same answers for everybody, or refused.

The bucketing is pinned to the product's own and the salt to what it hashed with, so
that each subject keeps its variant. What a file of ours cannot say is refused with the
reason, flag by flag.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import cast

from companyos.digests import JSONObject, JSONValue
from companyos.flags.vocabulary import WEIGHT_TOTAL, FlagKind
from companyos.tenants import is_id

_NOT_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one flag: a document of ours, or the reason why none did."""

    key: str
    document: JSONObject | None
    reason: str = ""


class _CannotSayError(Exception):
    """A part of a flag has no counterpart; the text says which."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What no product tells: who answers for the flags, and how long they may live.

    None leaves a key out, so that what holds is what holds without it.
    """

    owner: str
    kind: FlagKind | None = None
    expires_at: str | None = None


def imported(source: str, content: JSONValue, upkeep: Upkeep) -> tuple[Imported, ...]:
    """Return what becomes of each flag of another product's file."""
    read = READERS[source]
    found = [_one(key, flag, read, upkeep) for key, flag in _flags(source, content)]
    ids = [str(each.document["flag_id"]) for each in found if each.document]
    return tuple(
        Imported(each.key, None, "another flag would have the same id")
        if each.document and ids.count(str(each.document["flag_id"])) > 1
        else each
        for each in found
    )


def _flags(source: str, content: JSONValue) -> Iterator[tuple[str, JSONObject]]:
    document = _table(content, "the file")
    if source == "unleash":
        for feature in _rows(document.get("features")):
            yield str(feature.get("name")), feature
        return
    name = "features" if source == "growthbook" else "flags"
    for key, flag in _table(document.get(name), f"`{name}`").items():
        yield key, _table(flag, key)


_Reader = Callable[[str, JSONObject], "_Parts"]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the products have in common. Variants keep the order of their shares."""

    variants: Mapping[str, JSONValue]
    default: str
    shares: Sequence[tuple[str, Fraction]] = ()
    bucketing: str = ""
    salt: str = ""
    killed: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)


def _one(key: str, flag: JSONObject, read: _Reader, upkeep: Upkeep) -> Imported:
    try:
        return Imported(key, _document(key, read(key, flag), upkeep))
    except _CannotSayError as error:
        return Imported(key, None, str(error))


def _document(key: str, parts: _Parts, upkeep: Upkeep) -> JSONObject:
    flag_id = _NOT_ID.sub("-", key.lower()).strip("-")
    if not is_id(flag_id):
        raise _CannotSayError(f"`{key}` cannot become an id")
    type_ = _type(parts.variants.values())
    names = _names(parts.variants, type_)
    document: dict[str, JSONValue] = {
        "flag_id": flag_id,
        "description": f"Moved here; was `{key}`.",
        "owner": upkeep.owner,
        **({} if upkeep.kind is None else {"kind": upkeep.kind.value}),
        "type": type_,
    }

    def answer(name: str) -> JSONValue:
        return parts.variants[name] if type_ == "boolean" else names[name]

    if type_ != "boolean":
        document["variants"] = {names[each]: parts.variants[each] for each in names}
    document["default"] = answer(parts.default)
    if parts.killed:
        document |= {"off": answer(parts.default), "state": "killed"}
    if parts.overrides:
        document["per_tenant_overrides"] = {
            tenant: answer(name) for tenant, name in parts.overrides.items()
        }
    if parts.shares:
        document["rollout"] = {
            "by": "subject",
            "weights": {names[name]: _percent(share) for name, share in parts.shares},
            "order": [names[name] for name, _ in parts.shares],
        }
        document |= {"bucketing": parts.bucketing, "salt": _salt(parts.salt)}
    if upkeep.expires_at is not None:
        document["expires_at"] = upkeep.expires_at
    return document


def _type(values: Iterator[JSONValue] | Sequence[JSONValue] | object) -> str:
    kinds = {type(value) for value in cast("Sequence[JSONValue]", values)}
    if kinds == {int, float}:
        kinds = {float}
    words = {
        bool: "boolean",
        str: "string",
        int: "integer",
        float: "number",
        dict: "object",
    }
    if len(kinds) != 1 or next(iter(kinds)) not in words:
        raise _CannotSayError("its variants are not all of one type")
    return words[kinds.pop()]


def _names(variants: Mapping[str, JSONValue], type_: str) -> Mapping[str, str]:
    if type_ != "boolean":
        return {name: name for name in variants}
    names = {name: "on" if value else "off" for name, value in variants.items()}
    if len(set(names.values())) != len(names):
        raise _CannotSayError("two of its variants have the same boolean value")
    return names


def _percent(share: Fraction) -> JSONValue:
    thousandths = share * WEIGHT_TOTAL
    if thousandths.denominator != 1:
        raise _CannotSayError("a share has more than three decimals of a percent")
    percent = int(thousandths) / 1000
    return int(percent) if percent.is_integer() else percent


def _salt(salt: str) -> str:
    if not re.fullmatch("[!-~]{1,200}", salt):
        raise _CannotSayError(f"its salt `{salt}` is not plain ASCII without spaces")
    return salt


def _flagd(bucketing: str) -> _Reader:
    def read(key: str, flag: JSONObject) -> _Parts:
        _only(flag, "state", "variants", "defaultVariant", "targeting", "metadata")
        if flag.get("state", "ENABLED") != "ENABLED":
            raise _CannotSayError("it is disabled, so callers use their own defaults")
        variants = _table(flag.get("variants"), "`variants`")
        default = flag.get("defaultVariant")
        if not isinstance(default, str) or default not in variants:
            raise _CannotSayError("it has no default variant")
        targeting = flag.get("targeting") or {}
        if not targeting:
            return _Parts(variants, default)
        rule = _table(targeting, "`targeting`")
        if rule.keys() != {"fractional"}:
            raise _CannotSayError("its targeting is more than `fractional`")
        shares = _fractions(rule["fractional"], bucketing)
        if not {name for name, _ in shares} <= variants.keys():
            raise _CannotSayError("a share is of no variant")
        return _Parts(variants, default, shares, bucketing, key)

    return read


_CONCATENATED: JSONValue = {"cat": [{"var": "$flagd.flagKey"}, {"var": "targetingKey"}]}


def _fractions(given: JSONValue, bucketing: str) -> list[tuple[str, Fraction]]:
    items = given if isinstance(given, list) else []
    if bucketing == "flagd/2" and items[:1] == [_CONCATENATED]:
        items = items[1:]
    pairs: list[tuple[str, int]] = []
    for item in items:
        match item:
            case [str(name)]:
                pairs.append((name, 1))
            case [str(name), int(weight)] if weight >= 0:
                pairs.append((name, weight))
            case _:
                raise _CannotSayError("`fractional` hashes something of its own")
    return _shares(pairs)


def _shares(pairs: Sequence[tuple[str, int | Fraction]]) -> list[tuple[str, Fraction]]:
    total = sum(weight for _, weight in pairs)
    if not total or len(dict(pairs)) != len(pairs):
        raise _CannotSayError("its shares are of nothing, or of a variant twice")
    return [(name, Fraction(weight) / Fraction(total)) for name, weight in pairs]


_ON_OFF: Mapping[str, JSONValue] = {"on": True, "off": False}


def _unleash(key: str, flag: JSONObject) -> _Parts:
    strategies = _rows(flag.get("strategies") or [{"name": "default"}])
    for holder in (flag, *strategies):
        for name in ("variants", "dependencies", "constraints", "segments"):
            if holder.get(name):
                raise _CannotSayError(f"it has {name}")
    if flag.get("enabled") is not True:
        return _Parts(_ON_OFF, "off", killed=True)
    if len(strategies) != 1:
        raise _CannotSayError("it has several strategies")
    (strategy,) = strategies
    if strategy.get("name") == "default":
        return _Parts(_ON_OFF, "on")
    parameters = _table(strategy.get("parameters") or {}, "`parameters`")
    percent = Fraction(_unleash_percent(strategy, parameters), 100)
    pairs = [("on", percent), ("off", 1 - percent)]
    group = str(parameters.get("groupId") or key)
    return _Parts(_ON_OFF, "off", _shares(pairs), "unleash", group)


def _unleash_percent(strategy: JSONObject, parameters: JSONObject) -> int:
    match strategy.get("name"):
        case "flexibleRollout":
            share = parameters.get("rollout")
            if parameters.get("stickiness", "default") not in {"default", "userId"}:
                raise _CannotSayError("it is not sticky by user")
        case "gradualRolloutUserId":
            share = parameters.get("percentage")
        case name:
            raise _CannotSayError(f"its strategy is `{name}`")
    if not re.fullmatch("[0-9]{1,2}|100", str(share)):
        raise _CannotSayError("its percentage is no whole number")
    return int(str(share))


_RULE_KEYS = (
    *("id", "force", "coverage", "hashAttribute", "hashVersion", "seed", "key"),
    *("variations", "weights", "meta", "name", "phase", "tracks"),
)


def _growthbook(key: str, flag: JSONObject) -> _Parts:
    _only(flag, "defaultValue", "rules", "id")
    default = flag.get("defaultValue")
    rules = _rows(flag.get("rules") or [])
    if not rules:
        return _Parts({"default": default}, "default")
    if len(rules) != 1:
        raise _CannotSayError("it has several rules")
    (rule,) = rules
    _only(rule, *_RULE_KEYS)
    if rule.get("hashAttribute", "id") not in {"id", "userId"}:
        raise _CannotSayError(f"it is hashed by `{rule['hashAttribute']}`")
    bucketing = f"growthbook/{rule.get('hashVersion', 1)}"
    if "variations" not in rule:
        pairs = [("forced", _decimal(rule.get("coverage", 1)))]
        pairs.append(("default", 1 - pairs[0][1]))
        variants = {"forced": rule.get("force"), "default": default}
        salt = str(rule.get("seed") or key)
        return _Parts(variants, "default", _shares(pairs), bucketing, salt)
    if rule.get("coverage", 1) != 1:
        raise _CannotSayError("its experiment leaves a part of everybody out")
    return _experiment(key, rule, default, bucketing)


def _experiment(
    key: str, rule: JSONObject, default: JSONValue, bucketing: str
) -> _Parts:
    given = rule["variations"]
    values = given if isinstance(given, list) else []
    if default not in values:
        raise _CannotSayError("its default is none of the variations")
    names = [f"v{number}" for number in range(len(values))]
    even = Fraction(1, len(values))
    written = rule.get("weights")
    weights = (
        [_decimal(each) for each in written]
        if isinstance(written, list)
        else [even] * len(values)
    )
    pairs = list(zip(names, weights, strict=True))
    if sum(weights) != 1:
        raise _CannotSayError("its weights do not add up")
    variants = dict(zip(names, values, strict=True))
    default_name = names[values.index(default)]
    salt = str(rule.get("seed") or rule.get("key") or key)
    return _Parts(variants, default_name, _shares(pairs), bucketing, salt)


def _launchdarkly(key: str, flag: JSONObject) -> _Parts:
    for name in ("targets", "rules", "prerequisites"):
        if flag.get(name):
            raise _CannotSayError(f"it has {name}")
    given = flag.get("variations")
    values = given if isinstance(given, list) else []
    variants = {f"v{number}": value for number, value in enumerate(values)}
    off = flag.get("offVariation")
    if not isinstance(off, int) or f"v{off}" not in variants:
        raise _CannotSayError("it has no variation for being off")
    if flag.get("on") is not True:
        return _Parts(variants, f"v{off}", killed=True)
    overrides = dict(_tenant_targets(flag))
    fall = _table(flag.get("fallthrough"), "`fallthrough`")
    if "rollout" not in fall:
        return _Parts(variants, f"v{fall.get('variation')}", overrides=overrides)
    split = _table(fall["rollout"], "`rollout`")
    seed = split.get("seed")
    return _Parts(
        variants,
        f"v{off}",
        _weighed(split),
        "launchdarkly",
        f"{key}.{flag.get('salt')}" if seed is None else str(seed),
        overrides=overrides,
    )


def _weighed(split: JSONObject) -> list[tuple[str, Fraction]]:
    usual = {"bucketBy": "key", "kind": "rollout", "contextKind": "user"}
    for name, value in usual.items():
        if split.get(name, value) != value:
            raise _CannotSayError(f"its rollout has another `{name}` than `{value}`")
    pairs = [
        (f"v{each.get('variation')}", int(cast("int", each.get("weight"))))
        for each in _rows(split.get("variations"))
    ]
    if sum(weight for _, weight in pairs) != WEIGHT_TOTAL:
        raise _CannotSayError("its weights do not add up")
    return _shares(pairs)


def _tenant_targets(flag: JSONObject) -> Iterator[tuple[str, str]]:
    """Yield what LaunchDarkly gives contexts of the kind `tenant` by name."""
    for target in _rows(flag.get("contextTargets") or []):
        if target.get("contextKind") != "tenant":
            raise _CannotSayError("it has targets that are no tenants")
        values = target.get("values")
        for tenant in values if isinstance(values, list) else []:
            yield str(tenant), f"v{target.get('variation')}"


READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        "flagd": _flagd("flagd/3"),
        "flagd/2": _flagd("flagd/2"),
        "unleash": _unleash,
        "growthbook": _growthbook,
        "launchdarkly": _launchdarkly,
    }
)
"""What is read, by the name of its format."""


def _only(of: JSONObject, *known: str) -> None:
    unknown = sorted(of.keys() - set(known))
    if unknown:
        raise _CannotSayError(f"it has `{unknown[0]}`")


def _decimal(value: JSONValue) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _CannotSayError("a share is no number")
    return Fraction(repr(value))


def _table(value: JSONValue, what: str) -> JSONObject:
    if not isinstance(value, Mapping):
        raise _CannotSayError(f"{what} is no object")
    return value


def _rows(value: JSONValue) -> list[JSONObject]:
    rows = value if isinstance(value, list) else []
    return [_table(each, "an item") for each in rows]
