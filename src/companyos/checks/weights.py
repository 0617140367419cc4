"""Shares sum to a hundred percent, and a single percentage is for boolean flags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from companyos.checks.check import Check
from companyos.checks.facts import Facts
from companyos.findings import Finding, Severity
from companyos.flags.vocabulary import WEIGHT_TOTAL, FlagType

CHECK = Check("flag/weights", Severity.ERROR, "the shares of a rollout do not add up")


def find(facts: Facts, _now: datetime) -> Iterator[Finding]:
    """Yield each rollout that leaves open what somebody gets."""
    for flag in facts.flags:
        for split in flag.splits:
            if split.is_percent and flag.type is not FlagType.BOOLEAN:
                yield CHECK.finding(
                    split.word,
                    f"`percent` says nothing for a flag of type {flag.type}",
                    hint="write `weights:` with a share for each variant",
                )
            elif not split.is_percent and split.total != WEIGHT_TOTAL:
                yield CHECK.finding(
                    split.word,
                    f"the weights sum to {split.total / 1000:g} %, not 100 %",
                    expected="100 %",
                    hint="change the shares so that they sum to 100",
                )
