"""What a check is: a name, how much it matters, and a function over facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple, TypeAlias

from companyos.checks.facts import Facts, Word
from companyos.checks.pointers import pointer
from companyos.findings import Finding, Related, Severity


class Check(NamedTuple):
    """One check; `name` is `group/name` and never used for another one again."""

    name: str
    severity: Severity
    summary: str

    def finding(
        self,
        word: Word,
        message: str,
        *,
        label: str = "",
        hint: str = "",
        expected: str = "",
        related: tuple[Related, ...] = (),
    ) -> Finding:
        """Return a finding of this check about `word`."""
        return Finding(
            check=self.name,
            severity=self.severity,
            message=message,
            place=word.place,
            label=label,
            expected=expected,
            hint=hint,
            path=pointer(word.path),
            value=word.text,
            related=related,
        )


Find: TypeAlias = Callable[[Facts, datetime], Iterable[Finding]]
"""What a check's module offers: facts and the day's beginning in, findings out."""
