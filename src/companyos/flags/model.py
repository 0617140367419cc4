"""Feature flags as values: what a flag is, and what an evaluation answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, final

from companyos.flags.vocabulary import (
    ErrorCode,
    FlagKind,
    FlagState,
    FlagType,
    OnExpiry,
    Reason,
    SplitBy,
)

if TYPE_CHECKING:
    from companyos.conditions.tree import Node
    from companyos.digests import JSONValue
    from companyos.findings import Place


@dataclass(frozen=True, slots=True)
class Split:
    """Shares of variants, in the written order, by a stable key.

    `weights` sum to `WEIGHT_TOTAL`. By tenant the count is exact: the tenants that take
    part in the flag are ranked by their hash, so that 25 % of eight is two, not none or
    four.
    """

    by: SplitBy
    weights: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Serve:
    """What a rule, an override or a rollout gives: one variant, or a split of them."""

    variant: str | None = None
    split: Split | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """What one tenant gets, until a time if there is one, and why."""

    serve: Serve
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FlagRule:
    """Whoever meets the condition is served this; the first match wins."""

    name: str
    when: Node
    source: str
    serve: Serve


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """Another flag that must answer this variant first."""

    flag_id: str
    variant: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. `default` and `off` name variants; a killed flag gives `off`."""

    flag_id: str
    type: FlagType
    kind: FlagKind
    state: FlagState
    variants: Mapping[str, JSONValue]
    default: str
    off: str
    prerequisites: tuple[Prerequisite, ...]
    overrides: Mapping[str, Override]
    rules: tuple[FlagRule, ...]
    rollout: Split | None
    bucketing: str
    salt: str
    expires_at: datetime | None
    on_expiry: OnExpiry
    owner: str
    place: Place


@final
@dataclass(frozen=True, slots=True)
class Evaluation:
    """The answer: value and variant, why, by which rule, from which flags.

    `rule` names what decided: `override:<tenant>`, a rule's name, `rollout`,
    `prerequisite:<flag>`, or empty. `note` says in words what a caller may wonder about
    (no subject for a split, …). An object's value is read-only throughout.
    """

    flag_id: str
    value: JSONValue
    variant: str | None
    reason: Reason
    rule: str = ""
    flags_digest: str = ""
    error: ErrorCode | None = None
    note: str = ""
