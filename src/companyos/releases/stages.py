"""Stages: the way a release takes, and what it must have before each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SOAK_SECONDS = 0
GRACE_SECONDS = 120
LOG_BRANCH = "main"
LOG_REMOTE = "origin"
"""What holds where the file says nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One station. `after` is the stage a release must have come through, if any.

    `soak_seconds` is how long it must have stayed there without a break;
    `grace_seconds` how long services may take to load what was promoted here.
    `services` maps each service to the address of its state.
    """

    stage: str
    after: str | None
    soak_seconds: int
    grace_seconds: int
    services: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Where the release log lives."""

    branch: str
    remote: str


@dataclass(frozen=True, slots=True)
class Stages:
    """All stages in order of promotion, and the digest of the file they came from."""

    stages: Mapping[str, Stage]
    log: LogSettings
    digest: str
