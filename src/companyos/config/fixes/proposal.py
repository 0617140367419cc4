"""What a fix proposes, and what it may look at to do so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from companyos.checks.pointers import Path
from companyos.config.edits.changes import path_of
from companyos.config.edits.rewrite import Rewrite
from companyos.config.sources import Sources
from companyos.config.yaml_bytes import RefusedYamlError
from companyos.config.yaml_source import Source, read
from companyos.findings import Finding, Fix


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rewrites that would mend a finding, each of another file."""

    title: str
    safe: bool
    rewrites: tuple[Rewrite, ...]

    @property
    def fix(self) -> Fix:
        """Return the proposal as findings carry it."""
        edits = tuple(edit for each in self.rewrites for edit in each.edits)
        return Fix(edits, self.title, self.safe)


@dataclass(slots=True)
class Files:
    """The files of a desired state, read once each when a fix asks."""

    sources: Sources
    _read: dict[str, Source | None] = field(default_factory=dict)

    def text(self, path: str) -> str | None:
        """Return a file's text, None where it is no UTF-8."""
        try:
            return self.sources[path].decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            return None

    def source(self, path: str) -> Source | None:
        """Return a file as read, None where it is refused."""
        if path not in self._read:
            try:
                self._read[path] = read(path, self.sources[path])
            except (KeyError, RefusedYamlError):
                self._read[path] = None
        return self._read[path]


Propose: TypeAlias = Callable[[Finding, Files], Proposal | None]
"""What a fix's module offers: a finding and the files in, a proposal out."""

Fixes: TypeAlias = Mapping[str, Propose]


def one(rewrite: Rewrite | None, title: str, *, safe: bool) -> Proposal | None:
    """Return the proposal of a single rewrite, if there is one."""
    return None if rewrite is None else Proposal(title, safe, (rewrite,))


def found_at(finding: Finding, files: Files) -> tuple[Source, Path] | None:
    """Return the file a finding is about and the path in it, None if not readable."""
    source = files.source(finding.place.file)
    if source is None or not finding.path:
        return None
    return source, path_of(finding.path, source.value)
