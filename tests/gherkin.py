"""Reads the part of Gherkin that OpenFeature's scenarios are written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_CELLS = re.compile(r"(?<!\\)\|")
_STEP = re.compile(r"(?:Given|When|Then|And|But) (.*)")

Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence, and the table below it."""

    text: str
    table: Table = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario with its background's steps, of an outline one row."""

    feature: str
    name: str
    row: Mapping[str, str]
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        """Return a name for reports."""
        cells = ", ".join(self.row.values())
        return f"{self.feature}: {self.name}" + (f" ({cells})" if cells else "")


@dataclass(slots=True)
class _Draft:
    """What is read of a scenario so far."""

    name: str
    steps: list[Step] = field(default_factory=list)
    examples: list[Table] = field(default_factory=list)
    in_examples: bool = False

    def add_row(self, row: tuple[str, ...]) -> None:
        if self.in_examples:
            self.examples[-1] = (*self.examples[-1], row)
        else:
            last = self.steps[-1]
            self.steps[-1] = Step(last.text, (*last.table, row))

    def add_examples(self) -> None:
        self.in_examples = True
        self.examples.append(())


def read_feature(path: Path) -> Iterator[Scenario]:
    """Yield the scenarios of one file; of an outline one for each example."""
    drafts: list[_Draft] = []
    for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
        word, _, rest = line.partition(":")
        if word in {"Background", "Scenario", "Scenario Outline"}:
            drafts.append(_Draft(rest.strip()))
        elif word == "Examples":
            drafts[-1].add_examples()
        elif line.startswith("|"):
            drafts[-1].add_row(_cells(line))
        elif step := _STEP.fullmatch(line):
            drafts[-1].steps.append(Step(step.group(1)))
    background, *others = drafts
    for draft in others:
        steps = (*background.steps, *draft.steps)
        for row in _rows(draft):
            filled = tuple(_filled(step, row) for step in steps)
            yield Scenario(path.stem, draft.name, row, filled)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _CELLS.split(line)[1:-1])


def _rows(draft: _Draft) -> Iterator[Mapping[str, str]]:
    if not draft.examples:
        yield {}
    for header, *rows in draft.examples:
        for row in rows:
            yield dict(zip(header, row, strict=True))


def _filled(step: Step, row: Mapping[str, str]) -> Step:
    def fill(text: str) -> str:
        for name, value in row.items():
            text = text.replace(f"<{name}>", value)
        return text

    return Step(fill(step.text), tuple(tuple(map(fill, each)) for each in step.table))
