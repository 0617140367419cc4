"""Looking at a work tree of which the last run has kept nearly everything.

Only what has changed since is read, and checked with what it has to do with.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from companyos.config.kinds import KINDS, Kind
from companyos.config.load import preferred_in
from companyos.config.name_index import NameIndex
from companyos.config.read_file import FileResult
from companyos.config.recheck import Change, Kept, Rechecked, most, recheck
from companyos.config.set_aside import set_aside
from companyos.config.sources import WorkTree
from companyos.config.written_conditions import Trees
from companyos_cli.kept_state import (
    Row,
    State,
    path_in,
    row_from,
    state_from,
    tree_data,
    tree_from,
    tree_name,
)
from companyos_cli.looked import Looked
from companyos_cli.reading import CODEC, Known, read_one
from companyos_cli.result_cache import ResultCache


def look_again(tree: WorkTree, cache: ResultCache, *, today: date) -> Looked | None:
    """Return what there is to find, None where it must be looked for in all files."""
    data = cache.get("state")
    if data is None:
        return None
    state = state_from(data)
    if state.today != today:
        return None
    run = _Run(tree, cache, state)
    try:
        return run.looked(data)
    except (LookupError, ValueError):
        return None  # what was kept does not fit together; all of it is made again


@dataclass(slots=True)
class _News:
    """What is not as it was: rows that were made now, and files that have changed."""

    rows: dict[str, Row] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


class _Run:
    """One run, on what the last one has kept."""

    def __init__(self, tree: WorkTree, cache: ResultCache, state: State) -> None:
        self._tree = tree
        self._cache = cache
        self._state = state
        self._trees: Trees = {}
        self._known_trees: frozenset[object] = frozenset()

    def looked(self, data: bytes) -> Looked | None:
        """Return what there is to find, and keep it; `data` is the state as kept.

        Raises:
            LookupError: something that is needed was not kept.
        """
        stamps = self._tree.stamps
        doubtful = [p for p, stamp in stamps.items() if stamp not in self._state.lines]
        left = self._state.lines.difference(stamps.values())
        if max(len(doubtful), len(left)) > most(len(stamps)):
            return None
        news = self._news(sorted(doubtful), {path_in(line) for line in left})
        names = NameIndex.from_bytes(self._state.names, stamps)
        told = self._told(news.changes, names)
        if told is None:
            return None
        commented = self._commented(news.changes)
        looked = self._answer(told, commented, news.changes)
        if news.rows or news.changes:
            lasting = self._state.lines - left | {r.line for r in news.rows.values()}
            state = State(
                self._state.today,
                lasting,
                told.findings,
                told.broken,
                commented,
                names.to_bytes(),
            )
            self._keep(state, news, instead_of=data)
        return looked

    def _news(self, doubtful: Iterable[str], before: set[str]) -> _News:
        news = _News()
        for path in doubtful:
            row = self._row(path) if path in before else None
            known = Known({} if row is None else {path: row}, self._cache.now_ns)
            result, news.rows[path] = read_one(self._tree, path, known)
            if row is None:
                news.changes.append(Change(path, None, result))
            elif row.blob != news.rows[path].blob:
                earlier = CODEC.decode(path, row.result)
                news.changes.append(Change(path, earlier, result))
        for path in sorted(before.difference(self._tree.stamps)):
            news.changes.append(Change(path, self._result(path), None))
        return news

    def _told(self, changes: list[Change], names: NameIndex) -> Rechecked | None:
        if not changes:
            return Rechecked(self._state.findings, self._state.broken)
        kept = Kept(
            self._state.findings,
            self._state.broken,
            names,
            tuple(self._governing.values()),
            self._result,
            self._trees_of,
        )
        return recheck(kept, changes, self._tree, today=self._state.today)

    def _answer(
        self, told: Rechecked, commented: Iterable[str], changes: Iterable[Change]
    ) -> Looked:
        now = {change.path: change.after for change in changes}
        comments = [
            each
            for path in commented
            for each in (now.get(path) or self._result(path)).suppressions
        ]
        preferred = preferred_in(self._governing.get(KINDS[Kind.CHECKS].path))
        today = self._state.today
        sifted, preferences = set_aside(told.findings, comments, preferred, today=today)
        return Looked(sifted.findings, self._tree, sifted.suppressed, preferences)

    def _commented(self, changes: Iterable[Change]) -> tuple[str, ...]:
        found = set(self._state.commented)
        for change in changes:
            found.discard(change.path)
            if change.after is not None and change.after.suppressions:
                found.add(change.path)
        return tuple(sorted(found))

    @cached_property
    def _governing(self) -> dict[str, FileResult]:
        paths = [kind.path for kind in KINDS.values() if kind.path in self._tree.stamps]
        return {path: self._result(path) for path in paths}

    def _row(self, path: str) -> Row:
        """Return the row of a file that the state was made of.

        Raises:
            LookupError: there is none, or not the one that was meant.
        """
        data = self._cache.get(f"file:{path}")
        row = None if data is None else row_from(data)
        if row is None or row.line not in self._state.lines:
            raise LookupError(path)
        return row

    def _result(self, path: str) -> FileResult:
        return CODEC.decode(path, self._row(path).result)

    def _trees_of(self, results: Iterable[FileResult]) -> Trees:
        wanted = {
            (each.source, each.types)
            for result in results
            for each in result.conditions
        }
        for key in wanted:
            data = self._cache.get(tree_name(self._catalog, key))
            if data is not None:
                self._trees[key] = tree_from(data)
        self._known_trees = frozenset(self._trees)
        return self._trees

    @cached_property
    def _catalog(self) -> str:
        path = KINDS[Kind.CATALOG].path
        return self._row(path).blob if path in self._tree.stamps else ""

    def _keep(self, state: State, news: _News, *, instead_of: bytes) -> None:
        values = {f"file:{path}": row.data() for path, row in news.rows.items()}
        values |= {
            tree_name(self._catalog, key): tree_data(tree)
            for key, tree in self._trees.items()
            if key not in self._known_trees
        }
        values["state"] = state.data()
        gone = [f"file:{each.path}" for each in news.changes if each.after is None]
        self._cache.keep(values.items(), gone, instead_of=instead_of)
