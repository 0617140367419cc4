"""Whether a change of the desired state brought a mistake, or only brought it to light.

A file that could not be read hides what else is wrong with it and around it. Findings
that appear when it becomes readable are not the fault of what made it so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from companyos.checks.pointers import pointer
from companyos.config.edits.rewrite import Rewrite
from companyos.config.load import Loaded, assemble
from companyos.config.read_file import FileResult, read_file
from companyos.config.schema_check import FINDINGS_MAX
from companyos.config.sources import Sources
from companyos.config.yaml_source import WARNINGS_MAX
from companyos.findings import Finding

_Key: TypeAlias = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class State:
    """A desired state with what each of its files gave, to read few files again."""

    results: Mapping[str, FileResult]
    loaded: Loaded
    today: date

    @classmethod
    def of(cls, sources: Sources, *, today: date) -> State:
        """Return the state that the files make, as they are now."""
        held = dict(sources)
        results = {path: read_file(path, data) for path, data in held.items()}
        return cls(results, assemble(results.values(), held, today=today), today)

    @property
    def sources(self) -> Sources:
        """Return the files."""
        return self.loaded.sources

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return everything that is wrong."""
        return self.loaded.findings

    def with_files(self, files: Mapping[str, bytes | None]) -> State:
        """Return the state with other files; None is one that is gone."""
        sources, results = dict(self.sources), dict(self.results)
        for path, data in files.items():
            if data is None:
                sources.pop(path, None)
                results.pop(path, None)
            else:
                sources[path], results[path] = data, read_file(path, data)
        loaded = assemble(results.values(), sources, today=self.today)
        return State(results, loaded, self.today)


def brought(
    before: State, after: State, rewrites: Iterable[Rewrite]
) -> tuple[Finding, ...]:
    """Return the findings that the rewrites between two states brought.

    One that is told at the first of several places, and now at the next, is none.
    """
    made = tuple(rewrites)
    known = _Known(before, after)
    return tuple(
        finding
        for finding in after.findings
        if not known.has(finding)
        and not _was_hidden(finding, before, made)
        and (_is_about_any(finding, made) or not known.has_elsewhere(finding))
    )


class _Known:
    """The findings before a change, each to be met once among those after it."""

    def __init__(self, before: State, after: State) -> None:
        self._left = Counter(map(_key, before.findings))
        self._gone = Counter[tuple[str, str, str]]()
        for key, count in (self._left - Counter(map(_key, after.findings))).items():
            self._gone[key[:3]] += count
        found = before.findings
        self._counts = {(f.check, f.message): f.count for f in found if f.count > 1}

    def has(self, finding: Finding) -> bool:
        """Return whether a finding was there, or told more often, and count it."""
        key = _key(finding)
        self._left[key] -= 1
        fewer = finding.count < self._counts.get((finding.check, finding.message), 0)
        return self._left[key] >= 0 or fewer

    def has_elsewhere(self, finding: Finding) -> bool:
        """Return whether one that is gone said the same of its file, and count it."""
        said = _key(finding)[:3]
        self._gone[said] -= 1
        return self._gone[said] >= 0


def any_left(findings: Iterable[Finding], after: State) -> bool:
    """Return whether one of the findings is still there."""
    left = {(_key(each), each.path) for each in after.findings}
    return any((_key(each), each.path) in left for each in findings)


def _key(finding: Finding) -> _Key:
    return finding.check, finding.place.file, finding.message, finding.value


def _was_hidden(finding: Finding, before: State, rewrites: tuple[Rewrite, ...]) -> bool:
    """Return whether a file that a rewrite made readable hid the finding."""
    hiding = [each for each in rewrites if _hides(before, each.file)]
    return bool(hiding) and not _is_about_any(finding, rewrites)


def _hides(before: State, file: str) -> bool:
    result = before.results.get(file)
    if result is None:
        return False
    # What was cut off at the limit of one file's findings was hidden as well.
    is_full = len(result.findings) >= min(FINDINGS_MAX, WARNINGS_MAX)
    return is_full or result.record is None


def _is_about_any(finding: Finding, rewrites: Iterable[Rewrite]) -> bool:
    here = [each for each in rewrites if each.file == finding.place.file]
    return any(_is_about(finding, each) for each in here)


def _is_about(finding: Finding, rewrite: Rewrite) -> bool:
    """Return whether a finding is about something that a rewrite changes."""
    if not finding.path:
        return bool(rewrite.changes)
    paths = [pointer(each.path) for each in rewrite.changes]
    return any(_covers(path, finding.path) for path in paths)


def _covers(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")
