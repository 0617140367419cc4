"""What looking at a desired state tells: findings, and what reporting them needs."""

from __future__ import annotations

from typing import NamedTuple

from companyos.checks.choosing import Preferences
from companyos.checks.suppressing import Suppressed
from companyos.config.sources import Sources
from companyos.findings import Finding


class Looked(NamedTuple):
    """The findings in `sources`, those that comments set aside, and preferences."""

    findings: tuple[Finding, ...]
    sources: Sources
    suppressed: tuple[Suppressed, ...] = ()
    preferences: Preferences = Preferences()

    def text(self, path: str) -> str:
        """Return a file's text for showing; what is no UTF-8 is replaced."""
        return self.sources.get(path, b"").decode("utf-8", "replace")
