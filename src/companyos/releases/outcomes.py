"""Answers of a plan that are no plan: it is so already, or it may not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from companyos.releases.eligibility import Eligibility
from companyos.releases.state import Occupation


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The stage carries exactly this content since `stay`: nothing to do."""

    stage: str
    stay: Occupation


@dataclass(frozen=True, slots=True)
class Refusal:
    """It may not be done now, and why. `opens_at` is when waiting alone would do."""

    reason: str
    hint: str | None = None
    eligibility: Eligibility | None = None
    opens_at: datetime | None = None
