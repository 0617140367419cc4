"""Excerpts of the checks' examples, for their pages: the lines that a check is about.

Those are the lines in which the wrong example differs from the right one, with the keys
they stand below. The wrong side has the finding's own line as well, and those that the
finding refers to; where one side only lacks something, both have the lines around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

import check_cases
from companyos.config.load import load
from companyos.findings import Finding

EXCERPTED = frozenset(
    [
        "flag/condition",
        "flag/override-outside",
        "flag/prerequisite-cycle",
        "flag/unknown-prerequisite",
        "flag/unknown-variant",
        "flag/weights",
        "id/duplicate",
        "policy/condition",
        "policy/duplicate-rule-id",
        "policy/extends-cycle",
        "policy/invariant",
        "policy/role-cycle",
        "ref/abstract-policy",
        "ref/unknown-action",
        "ref/unknown-attribute",
        "ref/unknown-extends",
        "ref/unknown-flag",
        "ref/unknown-policy",
        "ref/unknown-region",
        "ref/unknown-resource-type",
        "ref/unknown-role",
        "ref/unknown-service",
        "ref/unknown-stage",
        "ref/unknown-tenant",
        "schema/additional-property",
        "schema/enum",
        "schema/format",
        "schema/max-length",
        "schema/maximum",
        "schema/min-items",
        "schema/min-length",
        "schema/minimum",
        "schema/multiple-of",
        "schema/one-of",
        "schema/pattern",
        "schema/required",
        "schema/reserved",
        "schema/type",
        "schema/unique-items",
        "tenant/ambiguous-country",
        "yaml/alias",
        "yaml/ambiguous-scalar",
        "yaml/duplicate-key",
        "yaml/key",
        "yaml/merge-key",
        "yaml/multi-document",
        "yaml/multiline-quoted",
        "yaml/number-range",
        "yaml/syntax",
        "yaml/tag-or-anchor",
    ]
)
"""Checks whose pages show their examples; what others show is written by hand."""

TOGETHER = frozenset({"policy/duplicate-rule-id", "policy/invariant"})
"""Checks that are about what two files say, so that both are shown."""

LINE_MAX = 78

_Chosen: TypeAlias = dict[str, set[int]]
"""Line numbers of files, from zero."""


def excerpts(check: str) -> tuple[str, str]:
    """Return what the page of a check shows as wrong and as right."""
    (bad, _), good = check_cases.bad(check), check_cases.good(check)
    findings = load(bad, today=check_cases.TODAY).findings
    [finding] = [each for each in findings if each.check == check]
    wrong, right = _differing(bad, good), _differing(good, bad)
    told, first = _told(finding, bad), finding.place.file
    for file, lines in told.items():
        wrong.setdefault(file, set()).update(lines)
    kept = _again(told[first], _lines(bad, first), _lines(good, first))
    return _text(bad, wrong, first), _text(good, {first: right[first] | kept}, first)


def _again(
    chosen: Iterable[int], here: Sequence[str], there: Sequence[str]
) -> set[int]:
    """Return where those of the chosen lines that did not change are `there`."""
    return {there.index(here[number]) for number in chosen if here[number] in there}


def _told(finding: Finding, files: Mapping[str, bytes]) -> _Chosen:
    """Return the lines that a finding is about; of other files whole items."""
    place = finding.place
    told: _Chosen = {place.file: {place.line - 1}}
    for other in (each.place for each in finding.related):
        if other.file == place.file:
            told[place.file].add(other.line - 1)
        elif finding.check in TOGETHER:
            told[other.file] = set(_item(_lines(files, other.file), other.line - 1))
    return told


def _item(lines: Sequence[str], number: int) -> Iterator[int]:
    """Yield a line, and those below it that stand deeper."""
    yield number
    for below in range(number + 1, len(lines)):
        if _depth(lines[below]) <= _depth(lines[number]):
            return
        yield below


def _differing(here: Mapping[str, bytes], there: Mapping[str, bytes]) -> _Chosen:
    """Return the lines that only `here` has, or those around what it lacks."""
    return {
        file: set(_own_lines(_lines(here, file), _lines(there, file)))
        for file in here
        if here[file] != there.get(file)
    }


def _own_lines(here: Sequence[str], there: Sequence[str]) -> Iterator[int]:
    matcher = SequenceMatcher(None, here, there, autojunk=False)
    for tag, start, end, _, _ in matcher.get_opcodes():
        if tag == "replace":
            yield from range(start, end)
        elif tag != "equal":
            yield from range(max(start - 1, 0), min(end + 1, len(here)))


def _text(files: Mapping[str, bytes], chosen: _Chosen, first: str) -> str:
    """Return the lines, one file's first, each named if there are several."""
    blocks = []
    for file in sorted(chosen, key=lambda file: (file != first, file)):
        head = [f"# {file}"] if len(chosen) > 1 else []
        blocks.append("\n".join([*head, *_shown(_lines(files, file), chosen[file])]))
    return "\n\n".join(blocks)


def _shown(lines: Sequence[str], chosen: Iterable[int]) -> Iterator[str]:
    wanted = {number for each in chosen for number in (each, *_above(lines, each))}
    for number in sorted(wanted):
        line = lines[number]
        yield line if len(line) <= LINE_MAX else f"{line[:LINE_MAX]} …"


def _above(lines: Sequence[str], number: int) -> Iterator[int]:
    """Yield the lines of the keys and items that a line stands below."""
    depth = _depth(lines[number])
    for above in range(number - 1, -1, -1):
        if lines[above].strip() and _depth(lines[above]) < depth:
            depth = _depth(lines[above])
            yield above


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _lines(files: Mapping[str, bytes], file: str) -> list[str]:
    return files.get(file, b"").decode("utf-8", "replace").splitlines()
