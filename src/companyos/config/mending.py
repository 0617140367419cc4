"""Mending a desired state: fixes made on the text, proved, or dropped with the reason.

A fix is kept if its file reads as before but for what the fix says, its finding is
gone, and it brought no other one. So what is mended is never worse than it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from companyos.checks.choosing import Choice, choose
from companyos.config.check_names import ALL
from companyos.config.edits.rewrite import UnprovenError, rewritten_files
from companyos.config.edits.spans import Lines
from companyos.config.fixes.proposal import Files, Proposal
from companyos.config.fixes.registry import propose
from companyos.config.judging import State, any_left, brought
from companyos.config.marks import Span
from companyos.config.sources import Sources
from companyos.config.yaml_bytes import BYTES_MAX
from companyos.findings import Finding, Severity

ROUNDS_MAX = 200
"""How often is looked again at most; what is left then is for another run."""

Wanted: TypeAlias = Callable[[Finding], bool]
_Candidate: TypeAlias = tuple[Finding, Proposal]
_WHOLE = (0, BYTES_MAX)
_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Done:
    """A finding and the fix that mended it."""

    finding: Finding
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Dropped:
    """A finding whose fix was not made, and why."""

    finding: Finding
    proposal: Proposal
    reason: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What came of mending. `files` are those that changed, with their new bytes.

    `before` are all files as they were; `state` is what came of them. Of its findings
    `unsafe` could be mended by fixes that were not asked for.
    """

    files: Mapping[str, bytes]
    done: tuple[Done, ...]
    dropped: tuple[Dropped, ...]
    before: Sources = field(repr=False)
    state: State = field(repr=False)
    unsafe: int

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what is still wrong."""
        return self.state.findings


def mend(
    sources: Sources,
    *,
    today: date,
    unsafe: bool,
    choice: Choice | None = None,
    wanted: Wanted = bool,
) -> Mended:
    """Return the desired state with what can be mended of the wanted findings.

    What the desired state itself does not want reported is left alone.
    """
    before = State.of(sources, today=today)
    wish = _Wish(unsafe, choice or Choice(), wanted)
    work = _Work(before, wish)
    for _ in range(ROUNDS_MAX):
        if not work.advance() and not work.reconsider():
            break
    state = work.state
    files = {
        path: data
        for path, data in state.sources.items()
        if data != before.sources[path]
    }
    return Mended(
        files,
        tuple(work.done),
        tuple(work.dropped),
        before.sources,
        state,
        sum(not proposal.safe for _, proposal in work.candidates(unsafe=True)),
    )


@dataclass(frozen=True, slots=True)
class _Wish:
    """Which findings to mend, and by which fixes."""

    unsafe: bool
    choice: Choice
    wanted: Wanted


class _Work:
    """The state so far, and what was done to it."""

    def __init__(self, state: State, wish: _Wish) -> None:
        self.state = state
        self.done: list[Done] = []
        self.dropped: list[Dropped] = []
        self._tried = 0
        self._wish = wish

    def candidates(self, *, unsafe: bool) -> list[_Candidate]:
        """Return what could be mended now."""
        files = Files(self.state.sources)
        given_up = {_name(each.finding) for each in self.dropped}
        loaded, choice = self.state.loaded, self._wish.choice
        return [
            (finding, proposal)
            for finding in choose(loaded.findings, choice, loaded.preferences, ALL)
            if self._wish.wanted(finding) and _name(finding) not in given_up
            if (proposal := propose(finding, files)) is not None
            if unsafe or proposal.safe
        ]

    def advance(self) -> bool:
        """Make or drop at least one fix; return whether there was any."""
        candidates = self.candidates(unsafe=self._wish.unsafe)
        if not candidates:
            return False
        first = min(map(_rank, candidates))
        chosen = [each for each in candidates if _rank(each) == first]
        batch = _apart(chosen, self.state.sources)
        while (reason := self._try(batch)) and len(batch) > 1:
            batch = batch[: len(batch) // 2]
        if reason:
            self.dropped += [Dropped(*each, reason) for each in batch]
        return True

    def reconsider(self) -> bool:
        """Give fixes that were dropped another chance if others were made since.

        What stood in a fix's way may be gone, and another run would make it.
        """
        if not self.dropped or self._tried == len(self.done):
            return False
        self._tried = len(self.done)
        self.dropped.clear()
        return True

    def _try(self, batch: Sequence[_Candidate]) -> str:
        """Make fixes together; return why not, where they do not hold."""
        rewrites = [each for _, proposal in batch for each in proposal.rewrites]
        try:
            files = rewritten_files(self.state.sources, rewrites)
        except UnprovenError as error:
            return str(error)
        after = self.state.with_files(files)
        if any_left([finding for finding, _ in batch], after):
            return "it would not help"
        new = brought(self.state, after, rewrites)
        if new:
            return f"then {new[0].message} ({new[0].check})"
        self.state = after
        self.done += [Done(*each) for each in batch]
        return ""


def _rank(candidate: _Candidate) -> tuple[int, bool]:
    """Return what goes first: errors, and mending what is there before adding to it.

    A name with a slip in it would otherwise be added a second time.
    """
    finding, proposal = candidate
    places = [edit.place for edit in proposal.fix.edits]
    adds = all(
        (each.line, each.column) == (each.end_line, each.end_column) for each in places
    )
    return _SEVERITIES.index(finding.severity), adds


def _name(finding: Finding) -> tuple[str, str, str, str]:
    return finding.check, finding.place.file, finding.path, finding.message


def _apart(candidates: Iterable[_Candidate], sources: Sources) -> list[_Candidate]:
    """Return fixes that do not touch the same text, the last of each file first.

    In that order each is made on a text whose beginning is as it was. One that is about
    several files has those for itself.
    """
    lines: dict[str, Lines] = {}
    taken: dict[str, list[tuple[int, int]]] = {}
    chosen: list[tuple[tuple[str, int], _Candidate]] = []
    for candidate in candidates:
        extents = _extents(candidate[1], sources, lines)
        if len(extents) > 1:
            extents = dict.fromkeys(extents, _WHOLE)
        if any(_meets(taken.get(file, ()), span) for file, span in extents.items()):
            continue
        for file, span in extents.items():
            taken.setdefault(file, []).append(span)
        file, (start, _) = min(extents.items())
        chosen.append(((file, -start), candidate))
    return [candidate for _, candidate in sorted(chosen, key=lambda each: each[0])]


def _extents(
    proposal: Proposal, sources: Sources, lines: dict[str, Lines]
) -> dict[str, tuple[int, int]]:
    """Return from where to where a proposal reaches in each of its files."""
    found: dict[str, tuple[int, int]] = {}
    for edit in proposal.fix.edits:
        file, place = edit.place.file, edit.place
        if file not in lines:
            lines[file] = Lines(sources[file].decode("utf-8"))
        span = Span(place.line, place.column, place.end_line, place.end_column)
        start, end = lines[file].extent(span)
        before = found.get(file, (start, end))
        found[file] = min(start, before[0]), max(end, before[1])
    return found


def _meets(taken: Iterable[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Return whether two spans overlap or touch: who edits the same line end waits."""
    return any(span[0] <= end and start <= span[1] for start, end in taken)
