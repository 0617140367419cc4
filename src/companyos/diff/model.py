"""What a change does to people, as values.

`when` is a condition that holds for exactly those concerned: the literal `true` where
that is everybody, None where it would be too long to read; then `example` shows one.
Shares are of those who meet `when`, from 0 to 1. `inexact` says why an answer may not
be complete, and is empty where it is proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from companyos.authz.vocabulary import ReasonCode
from companyos.conditions.tree import Node
from companyos.digests import JSONValue
from companyos.findings import Place


class Direction(StrEnum):
    """Which way access changes."""

    GAINED = "gained"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Decider:
    """Why a decision is what it is, on one side.

    `lacks_role` tells that the answers differ because the other side has a role more.
    """

    code: ReasonCode
    rule_id: str | None = None
    place: Place | None = None
    lacks_role: bool = False

    def __str__(self) -> str:
        if self.rule_id is None or self.place is None:
            return str(self.code).replace("_", " ")
        return f"{self.rule_id} ({self.place.file}:{self.place.line})"


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Who gains or loses one action, and by which rule.

    Each of `holders` is a set of roles; whoever has exactly one such set is concerned.
    """

    direction: Direction
    action: str
    holders: tuple[tuple[str, ...], ...]
    tenants: tuple[str, ...]
    when: Node | None
    before: Decider
    after: Decider
    example: Mapping[str, JSONValue]
    inexact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """Which share of subjects goes from one value of a flag to another."""

    before: JSONValue
    after: JSONValue
    share: float


@dataclass(frozen=True, slots=True)
class FlagMove:
    """What happens to the subjects that meet `when`.

    `is_rebucketed` tells that more of them move than the new shares ask for.
    """

    when: Node | None
    share: float
    transitions: tuple[Transition, ...]
    is_rebucketed: bool


@dataclass(frozen=True, slots=True)
class FlagChange:
    """What one flag does differently for some tenants.

    `taking_part` is false for tenants that only see the flag's default. `because` names
    the flags it needs whose change is the reason, if its own file says what it said.
    """

    flag_id: str
    tenants: tuple[str, ...]
    taking_part: bool
    moves: tuple[FlagMove, ...]
    before: Place | None
    after: Place | None
    inexact: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a tenant."""

    field: str
    before: JSONValue
    after: JSONValue


@dataclass(frozen=True, slots=True)
class TenantChange:
    """A tenant on both sides whose record differs."""

    tenant_id: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What cannot be told per person.

    `is_effect` tells that it concerns somebody by itself; another remark explains.
    `about` is the kind of the file that it speaks of, and the keys in it, if it does.
    """

    text: str
    is_effect: bool
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StateDiff:
    """All that a change does, and `remarks` on it.

    `doubts` are why it may do more: an answer that is not proved is none.
    """

    before_root: str
    after_root: str
    tenants_added: tuple[str, ...]
    tenants_removed: tuple[str, ...]
    tenants_changed: tuple[TenantChange, ...]
    flags_added: tuple[str, ...]
    flags_removed: tuple[str, ...]
    flags: tuple[FlagChange, ...]
    access: tuple[AccessChange, ...]
    remarks: tuple[Remark, ...]
    doubts: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Return whether every answer about access and flags is proved."""
        return not self.doubts

    @property
    def has_effect(self) -> bool:
        """Return whether anybody or any tenant is concerned, by a remark as well."""
        return bool(
            self.tenants_added
            or self.tenants_removed
            or self.tenants_changed
            or self.flags
            or self.access
            or any(each.is_effect for each in self.remarks)
        )
