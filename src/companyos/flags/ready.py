"""Flags ready to be asked: every answer a flag can give is made beforehand.

An evaluation then only chooses among them, which is what makes it cheap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from companyos.conditions import CompiledCondition
    from companyos.flags.model import Evaluation, Flag


@dataclass(frozen=True, slots=True)
class ReadySplit:
    """A split: `shares[i]` is the answer up to `bounds[i]`, the cumulated weights.

    `limits` are the same as numbers, `number_of` makes a key's number, and `unkeyed`
    is the answer without a key.
    """

    by_tenant: bool
    number_of: Callable[[str], int]
    bounds: tuple[int, ...]
    limits: tuple[int, ...]
    shares: tuple[Evaluation, ...]
    unkeyed: Evaluation


@dataclass(frozen=True, slots=True)
class ReadyOverride:
    """What a tenant's override answers, until a time if there is one."""

    until: datetime | None
    answer: Evaluation | ReadySplit


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """What a rule answers to those who meet its condition."""

    name: str
    condition: CompiledCondition
    answer: Evaluation | ReadySplit


@dataclass(frozen=True, slots=True)
class ReadyFlag:
    """A flag as an evaluation uses it.

    `disabled` is set for a killed or archived flag, `expires_at` only where expiry
    changes the answer. `needed` are all prerequisites, those of prerequisites first.
    `is_plain` is whether neither state, date nor prerequisites have a say. `usual` is
    the answer where no override has; None is for flags whose rules are to be asked.
    """

    flag_id: str
    flag: Flag
    disabled: Evaluation | None
    expires_at: datetime | None
    expired: Evaluation
    not_taking_part: Evaluation
    unmet: Mapping[str, Evaluation]
    needed: tuple[str, ...]
    overrides: Mapping[str, ReadyOverride]
    rules: tuple[ReadyRule, ...]
    rollout: ReadySplit | None
    default: Evaluation
    usual: Evaluation | ReadySplit | None
    is_plain: bool


@dataclass(frozen=True, slots=True)
class FlagSet:
    """All flags of one compiled document; `ready` is what evaluations use."""

    digest: str
    flags: Mapping[str, Flag]
    ready: Mapping[str, ReadyFlag]
