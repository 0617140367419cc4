"""What a check reports: a value that says what is wrong, where, and how to mend it.

Lines and columns count from 1 and columns count code points. `end_line`/`end_column`
point just behind the last character.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters: only an error makes `validate` answer no."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Place(NamedTuple):
    """A span of one file of the repository; `file` is relative, with slashes.

    A tuple, because a desired state has a place for every word that checks look at.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Related(NamedTuple):
    """Another place that a finding talks about."""

    place: Place
    label: str


class Use(NamedTuple):
    """One of several places that one finding is about, by its JSON pointer."""

    file: str
    path: str


class Edit(NamedTuple):
    """What to write in place of a span of one file; an empty span inserts."""

    place: Place
    text: str


class Fix(NamedTuple):
    """How a finding can be mended: edits that belong together and do not overlap.

    A `safe` fix leaves what files mean as it was, to whoever could read them before.
    """

    edits: tuple[Edit, ...]
    title: str
    safe: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `label` is the short text under the marked span, `expected` what would have been
    right. `path` is a JSON pointer into the document, so that the fingerprint does not
    depend on line numbers; `named_path` is the same with lists' items by their names,
    where it has any. `count` is above one where one cause shows in many places, which
    are `uses` then. `fix` is how it can be mended, where somebody worked that out.
    """

    check: str
    severity: Severity
    message: str
    place: Place
    label: str = ""
    expected: str = ""
    hint: str = ""
    path: str = ""
    value: str = ""
    related: tuple[Related, ...] = ()
    count: int = 1
    fix: Fix | None = None
    named_path: str = ""
    uses: tuple[Use, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return an identity that survives moved lines: check, file, path and value."""
        return self._fingerprint(self.place.file, self.named_path or self.path)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Return one identity for each place that it is about."""
        if not self.uses:
            return (self.fingerprint,)
        return tuple(self._fingerprint(*use) for use in self.uses)

    def _fingerprint(self, file: str, path: str) -> str:
        parts = (self.check, file, path, self.value or self.message)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def in_order(findings: tuple[Finding, ...] | list[Finding]) -> tuple[Finding, ...]:
    """Return the findings by place, so that output is the same on every run."""
    return tuple(sorted(findings, key=lambda f: (f.place, f.check, f.message)))
