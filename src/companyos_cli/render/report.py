"""What is told about a desired state, before it takes any form."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from companyos.checks.suppressing import Suppressed
from companyos.findings import Finding, Severity

TextOf: TypeAlias = Callable[[str], str]
"""Gives a file's text for showing, empty if unknown."""


class Report(NamedTuple):
    """The findings, those set aside by a comment or a baseline, and what counts.

    A finding of a severity in `counting` makes the answer no.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    known: tuple[Finding, ...] = ()
    counting: frozenset[Severity] = frozenset({Severity.ERROR})

    @property
    def is_clean(self) -> bool:
        """Return whether nothing that counts was found."""
        return all(each.severity not in self.counting for each in self.findings)
