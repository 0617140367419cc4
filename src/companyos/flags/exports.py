"""Flags in the formats of other tools, such that they answer alike, or not at all.

flagd's format is a rule in JsonLogic over a context that names the tenant (`tenant`),
the subject (`targetingKey`) and, where conditions ask for it, `subject` with `roles`
and `attributes`. What it could only say otherwise is refused with the reason: an answer
that is nearly the same is the one nobody notices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from companyos.conditions.tree import (
    And,
    Compare,
    Comparison,
    ListOf,
    Literal,
    Node,
    Or,
    Select,
    Variable,
)
from companyos.conditions.values import Value
from companyos.digests import JSONObject, JSONValue
from companyos.flags.bucketing import FLAGD_3
from companyos.flags.evaluation import FlagSource
from companyos.flags.model import Flag, Serve, Split
from companyos.flags.vocabulary import FlagState, FlagType, OnExpiry, SplitBy

FLAGD_SCHEMA = "https://flagd.dev/schema/v0/flags.json"
MANIFEST_SCHEMA = (
    "https://raw.githubusercontent.com/open-feature/cli/refs/heads/main/"
    "schema/v0/flag-manifest.json"
)
_TENANT: JSONValue = {"var": "tenant"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a flag cannot be said in another tool's format."""

    flag_id: str
    reason: str


class _CannotSayError(Exception):
    """A part of a flag has no counterpart; the text says which."""


def to_flagd(
    snapshot: FlagSource, flag_ids: Iterable[str]
) -> JSONObject | tuple[Refusal, ...]:
    """Return these flags as flagd reads them, or why some of them cannot be."""
    writer = _Flagd(snapshot)
    flags: dict[str, JSONValue] = {}
    refusals: list[Refusal] = []
    for flag_id in sorted(flag_ids):
        try:
            flags[flag_id] = writer.flag(snapshot.flags.flags[flag_id])
        except _CannotSayError as error:
            refusals.append(Refusal(flag_id, str(error)))
    return tuple(refusals) or {"$schema": FLAGD_SCHEMA, "flags": flags}


def to_manifest(snapshot: FlagSource, flag_ids: Iterable[str]) -> JSONObject:
    """Return the manifest that OpenFeature's command line makes typed code of."""
    names = {FlagType.NUMBER: "float"}
    flags = {flag_id: snapshot.flags.flags[flag_id] for flag_id in sorted(flag_ids)}
    return {
        "$schema": MANIFEST_SCHEMA,
        "flags": {
            flag_id: {
                "flagType": names.get(flag.type, flag.type.value),
                "defaultValue": plain(flag.variants[flag.default]),
            }
            for flag_id, flag in flags.items()
        },
    }


def plain(value: JSONValue) -> JSONValue:
    """Return a variant's value such that every JSON writer takes it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


class _Flagd:
    """Writes flags of one snapshot."""

    def __init__(self, snapshot: FlagSource) -> None:
        self._snapshot = snapshot

    def flag(self, flag: Flag) -> JSONObject:
        closed = flag.state is not FlagState.ACTIVE
        document: dict[str, JSONValue] = {
            "state": "ENABLED",
            "variants": {name: plain(each) for name, each in flag.variants.items()},
            "defaultVariant": flag.off if closed else flag.default,
        }
        if not closed:
            document["targeting"] = self._targeting(flag, flag)
        return document

    def _needed(self, flag_id: str, asked: Flag) -> JSONValue:
        """Return the rule for a prerequisite; a reason names whose it is."""
        try:
            return self._targeting(self._snapshot.flags.flags[flag_id], asked)
        except _CannotSayError as error:
            raise _CannotSayError(f"its prerequisite `{flag_id}`: {error}") from error

    def _targeting(self, flag: Flag, asked: Flag) -> JSONValue:
        """Return the rule for one flag, as it stands within the one that is asked."""
        if flag.state is not FlagState.ACTIVE:
            return flag.off
        if flag.expires_at is not None and flag.on_expiry is OnExpiry.DEFAULT:
            raise _CannotSayError("its date changes the answer (`on_expiry: default`)")
        steps: list[JSONValue] = [{"!": [self._takes_part(flag)]}, flag.default]
        for item in flag.prerequisites:
            needed = self._needed(item.flag_id, asked)
            steps += [{"!==": [needed, item.variant]}, flag.off]
        for tenant_id, override in sorted(flag.overrides.items()):
            if override.until is not None:
                raise _CannotSayError(f"the override of `{tenant_id}` has an end")
            given = self._given(override.serve, flag, asked)
            steps += [{"===": [_TENANT, tenant_id]}, given]
        for rule in flag.rules:
            given = self._given(rule.serve, flag, asked)
            steps += [self._condition(rule.when, rule.name), given]
        last = (
            flag.default
            if flag.rollout is None
            else self._split(flag.rollout, flag, asked)
        )
        return {"if": [*steps, last]}

    def _takes_part(self, flag: Flag) -> JSONValue:
        return self._tenants(
            name
            for name, tenant in self._snapshot.tenants.items()
            if flag.flag_id in tenant.feature_flags
        )

    def _tenants(self, names: Iterable[str]) -> JSONValue:
        return {"in": [_TENANT, sorted(names)]}

    def _given(self, serve: Serve, flag: Flag, asked: Flag) -> JSONValue:
        if serve.split is not None:
            return self._split(serve.split, flag, asked)
        return serve.variant

    def _split(self, split: Split, flag: Flag, asked: Flag) -> JSONValue:
        if split.by is SplitBy.TENANT:
            raise _CannotSayError("it splits by tenant with an exact count")
        if flag.bucketing != FLAGD_3:
            raise _CannotSayError(f"its bucketing is {flag.bucketing}")
        if flag.salt != asked.flag_id:
            raise _CannotSayError(
                f"flagd hashes with `{asked.flag_id}`, not `{flag.salt}`"
            )
        shares: list[JSONValue] = [[name, weight] for name, weight in split.weights]
        # Without a subject flagd's `fractional` has no answer, and so the default.
        known: JSONValue = {"!!": [{"var": "targetingKey"}]}
        return {"if": [known, {"fractional": shares}, flag.default]}

    def _condition(self, node: Node, rule: str) -> JSONValue:
        """Return a condition that holds exactly when ours does.

        Ours has no answer where an attribute is missing, and then does not hold. So
        only what a missing value makes false in JsonLogic too can be written: nothing
        that is negated, and no comparison but equality.
        """
        match node:
            case And(left=left, right=right):
                both = [self._condition(left, rule), self._condition(right, rule)]
                return {"and": both}
            case Or(left=left, right=right):
                either = [self._condition(left, rule), self._condition(right, rule)]
                return {"or": either}
            case Compare(operator=operator, left=left, right=right):
                return self._comparison(operator, left, right, rule)
            case _:
                raise _no_counterpart(rule)

    def _comparison(
        self, operator: Comparison, left: Node, right: Node, rule: str
    ) -> JSONValue:
        match operator, left, right:
            case Comparison.EQ, Select(), Literal(value=str(text)):
                return self._among(left, (text,), rule)
            case Comparison.EQ, Literal(value=str(text)), Select():
                return self._among(right, (text,), rule)
            case Comparison.IN, Select(), ListOf(items=items):
                return self._among(left, _texts(items, rule), rule)
            case Comparison.IN, Literal(value=str(role)), Select(
                operand=Variable(name="subject"), field="roles"
            ):
                return {"in": [role, {"var": "subject.roles"}]}
            case _:
                raise _no_counterpart(rule)

    def _among(self, node: Select, texts: tuple[str, ...], rule: str) -> JSONValue:
        match node:
            case Select(operand=Variable(name="tenant"), field=name):
                return self._tenants(
                    tenant_id
                    for tenant_id, seen in self._snapshot.tenant_variables.items()
                    if _is_one_of(seen.get(name), texts)
                )
            case Select(operand=Variable(name="context"), field=name):
                path = name
            case Select(operand=Variable(name="subject"), field="id"):
                path = "targetingKey"
            case Select(
                operand=Select(operand=Variable(name="subject"), field="attributes"),
                field=name,
            ):
                path = f"subject.attributes.{name}"
            case _:
                raise _no_counterpart(rule)
        equal: list[JSONValue] = [{"===": [{"var": path}, text]} for text in texts]
        return equal[0] if len(equal) == 1 else {"or": equal}


def _texts(items: tuple[Node, ...], rule: str) -> tuple[str, ...]:
    texts = [
        item.value
        for item in items
        if isinstance(item, Literal) and isinstance(item.value, str)
    ]
    if not texts or len(texts) != len(items):
        raise _no_counterpart(rule)
    return tuple(texts)


def _is_one_of(value: Value | None, texts: tuple[str, ...]) -> bool:
    return isinstance(value, str) and value in texts


def _no_counterpart(rule: str) -> _CannotSayError:
    return _CannotSayError(f"the condition of rule `{rule}` has no exact counterpart")
