"""Writes the name that was probably meant; never safe, because it is a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator

from companyos.checks.pointers import Path
from companyos.config.edits.changes import value_at
from companyos.config.edits.entries import rename, replace
from companyos.config.edits.rewrite import Rewrite
from companyos.config.fixes.proposal import Files, Proposal, found_at, one
from companyos.config.kinds import kind_of_path
from companyos.config.marks import Span
from companyos.config.yaml_source import Source
from companyos.digests import JSONValue
from companyos.findings import Finding

_QUESTION = re.compile(r"did you mean `([^`…]+)`\?").fullmatch


def propose(finding: Finding, files: Files) -> Proposal | None:
    """Propose the nearest known name, for a key or for a value."""
    question = _QUESTION(finding.hint)
    found = found_at(finding, files)
    if question is None or found is None:
        return None
    source, path = found
    name = question.group(1)
    title = f"write `{name}`"
    owner = source.marks.at(path[:-1])
    place = finding.place
    here = Span(place.line, place.column, place.end_line, place.end_column)
    if isinstance(path[-1], str) and owner.keys.get(path[-1]) == here:
        return one(rename(source, path, name), title, safe=False)
    wrong = value_at(source.value, path)
    if not isinstance(wrong, str):
        return None
    if finding.count == 1:
        return one(replace(source, path, name), title, safe=False)
    everywhere = _everywhere(source, path, wrong, name, files)
    return Proposal(title, safe=False, rewrites=tuple(everywhere))


def _everywhere(
    first: Source, path: Path, wrong: str, name: str, files: Files
) -> Iterator[Rewrite]:
    """Yield the replacement for all files of the kind, at that key or in its lists.

    A mistake that many files share is told once, at the first.
    """
    kind = kind_of_path(first.path)
    for file in sorted(files.sources):
        source = files.source(file) if kind_of_path(file) is kind else None
        if source is None:
            continue
        made = [
            replace(source, at, name)
            for at in _alike(source.value, path)
            if value_at(source.value, at) == wrong
        ]
        if made:
            edits = tuple(edit for each in made for edit in each.edits)
            changes = tuple(change for each in made for change in each.changes)
            yield Rewrite(file, edits, changes)


def _alike(value: JSONValue, path: Path, way: Path = ()) -> Iterator[Path]:
    """Yield the paths in a value that differ from `path` in indexes alone."""
    if not path:
        yield way
        return
    step, rest = path[0], path[1:]
    if isinstance(step, int) and isinstance(value, list):
        for index, each in enumerate(value):
            yield from _alike(each, rest, (*way, index))
    elif isinstance(step, str) and isinstance(value, dict) and step in value:
        yield from _alike(value[step], rest, (*way, step))
