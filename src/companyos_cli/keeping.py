"""What looking at all files takes from the last run, and leaves for the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import cast

from companyos.config.kinds import KINDS, Kind
from companyos.config.load import Loaded
from companyos.config.name_index import NameIndex
from companyos.config.read_file import FileResult
from companyos.config.recheck import names_in
from companyos.config.written_conditions import Trees, tree_of
from companyos.digests import JSONObject
from companyos_cli.kept_state import (
    State,
    row_from,
    text_and_types,
    tree_data,
    tree_from,
    tree_name,
)
from companyos_cli.reading import Known, Read
from companyos_cli.result_cache import ResultCache


class Keeping:
    """Takes rows and trees from a cache that was begun, and writes all anew.

    Without a cache there are rows only `with_rows`.
    """

    def __init__(self, cache: ResultCache | None, *, with_rows: bool = False) -> None:
        self._cache = cache
        self._before = None if cache is None else cache.get("state")
        self._catalog = ""
        self._old: list[str] = []
        self._trees: Trees = {}
        self._kept_trees: set[object] = set()
        self._declared: JSONObject | None = None
        self._met: set[object] = set()
        self.known = Known({}, 0) if with_rows else None
        if cache is not None:
            data = {} if self._before is None else cache.under("file:")
            rows = {path: row_from(each) for path, each in data.items()}
            self.known = Known(rows, cache.now_ns)

    def see(self, result: FileResult) -> None:
        """Read a file's conditions at once, while other processes read other files.

        Where an earlier run has kept some, they are not needed yet.
        """
        if self._before is not None or result.record is None:
            return
        if result.kind is Kind.CATALOG:
            self._declared = cast("JSONObject", result.value)
        declared = self._declared
        for written in () if declared is None else result.conditions:
            key = written.source, written.types
            if declared is not None and key not in self._met:
                self._met.add(key)
                tree = tree_of(written, declared)
                if tree is not None:
                    self._trees[key] = tree

    def trees(self, read: Read) -> Trees:
        """Return the trees of conditions that were made with the catalogue."""
        self._catalog = read.blobs.get(KINDS[Kind.CATALOG].path, "")
        if self._cache is not None and self._before is not None:
            for name, data in self._cache.under("tree:").items():
                catalog, _, told = name.partition(":")
                if catalog == self._catalog:
                    self._trees[text_and_types(told)] = tree_from(data)
                    self._kept_trees.add(text_and_types(told))
                else:
                    self._old.append(f"tree:{name}")
        return self._trees

    def keep(
        self, read: Read, results: Sequence[FileResult], found: Loaded, *, today: date
    ) -> None:
        """Keep every file's result, what was found in all, and new trees."""
        cache = self._cache
        if cache is None:
            return
        before = {} if self.known is None else self.known.rows
        everything = {**before, **read.rows}
        rows = {result.path: everything[result.path] for result in results}
        named = ((each.path, names_in(each.path, each)) for each in results)
        state = State(
            today,
            frozenset(row.line for row in rows.values()),
            found.findings,
            found.facts.broken,
            tuple(each.path for each in results if each.suppressions),
            NameIndex.of(named).to_bytes(),
        )
        written = rows if cache.is_corrupt else read.rows
        trees = [
            (tree_name(self._catalog, key), tree_data(tree))
            for key, tree in self._trees.items()
            if cache.is_corrupt or key not in self._kept_trees
        ]
        # One by one: all rows at once would be in memory twice.
        values = ((f"file:{path}", row.data()) for path, row in written.items())
        gone = [f"file:{path}" for path in everything.keys() - rows.keys()]
        gone += self._old
        told = chain(values, trees, [("state", state.data())])
        cache.keep(told, gone, instead_of=self._before)
