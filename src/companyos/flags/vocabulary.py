"""The words of feature flags: closed lists, apart from what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

WEIGHT_TOTAL = 100_000
"""Weights of a split are integers that sum to this: a thousandth of a percent each."""


class FlagKind(StrEnum):
    """What a flag is for, which decides how long it may live."""

    RELEASE = "release"
    EXPERIMENT = "experiment"
    OPS = "ops"
    KILL_SWITCH = "kill_switch"
    PERMISSION = "permission"


LIFETIME_DAYS: Mapping[FlagKind, int | None] = MappingProxyType(
    {
        FlagKind.RELEASE: 40,
        FlagKind.EXPERIMENT: 40,
        FlagKind.OPS: 7,
        FlagKind.KILL_SWITCH: None,
        FlagKind.PERMISSION: None,
    }
)
"""How many days a flag of each kind may live; None is for ever."""


class FlagState(StrEnum):
    """Whether a flag is evaluated at all; killed wins over every override."""

    ACTIVE = "active"
    KILLED = "killed"
    ARCHIVED = "archived"


class FlagType(StrEnum):
    """The type that all variants of a flag share."""

    BOOLEAN = "boolean"
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    OBJECT = "object"


class OnExpiry(StrEnum):
    """What a flag or an override answers after its date."""

    KEEP = "keep"
    DEFAULT = "default"


class Reason(StrEnum):
    """OpenFeature's words for why an evaluation answers what it does."""

    STATIC = "STATIC"
    DEFAULT = "DEFAULT"
    TARGETING_MATCH = "TARGETING_MATCH"
    SPLIT = "SPLIT"
    DISABLED = "DISABLED"
    ERROR = "ERROR"


class ErrorCode(StrEnum):
    """OpenFeature's words for an evaluation that could not be made."""

    FLAG_NOT_FOUND = "FLAG_NOT_FOUND"
    TYPE_MISMATCH = "TYPE_MISMATCH"
    GENERAL = "GENERAL"


class SplitBy(StrEnum):
    """Whose key decides the bucket of a split."""

    SUBJECT = "subject"
    TENANT = "tenant"
