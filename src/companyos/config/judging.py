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
    """Return the findings that the rewrites between two states brought."""
    left = Counter(_key(each) for each in before.findings)
    counts = {(f.check, f.message): f.count for f in before.findings if f.count > 1}
    made = tuple(rewrites)
    new: list[Finding] = []
    for finding in after.findings:
        key = _key(finding)
        left[key] -= 1
        fewer = finding.count < counts.get((finding.check, finding.message), 0)
        if left[key] < 0 and not fewer and not _was_hidden(finding, before, made):
            new.append(finding)
    return tuple(new)


def any_left(findings: Iterable[Finding], after: State) -> bool:
    """Return whether one of the findings is still there."""
    left = {(_key(each), each.path) for each in after.findings}
    return any((_key(each), each.path) in left for each in findings)


def _key(finding: Finding) -> _Key:
    return finding.check, finding.place.file, finding.message, finding.value


def _was_hidden(finding: Finding, before: State, rewrites: tuple[Rewrite, ...]) -> bool:
    """Return whether a file that a rewrite made readable hid the finding."""
    hiding = [each for each in rewrites if _hides(before, each.file)]
    here = [each for each in rewrites if each.file == finding.place.file]
    return bool(hiding) and not any(_is_about(finding, each) for each in here)


def _hides(before: State, file: str) -> bool:
    result = before.results.get(file)
    if result is None:
        return False
    # What was cut off at the limit of one file's findings was hidden as well.
    is_full = len(result.findings) >= min(FINDINGS_MAX, WARNINGS_MAX)
    return is_full or result.record is None


def _is_about(finding: Finding, rewrite: Rewrite) -> bool:
    """Return whether a finding is about something that a rewrite changes."""
    if not finding.path:
        return bool(rewrite.changes)
    paths = [pointer(each.path) for each in rewrite.changes]
    return any(_covers(path, finding.path) for path in paths)


def _covers(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")
