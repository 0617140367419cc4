"""Percentages as the integers that splits are made of."""

from __future__ import annotations

from decimal import Decimal

from companyos.flags.vocabulary import WEIGHT_TOTAL


def thousandths(percent: float) -> int:
    """Return a percentage in thousandths of a percent; it has no finer decimals."""
    return int(Decimal(repr(percent)) * (WEIGHT_TOTAL // 100))
