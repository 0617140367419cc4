"""Looking at a work tree's desired state, quickly, and beside an earlier one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from companyos.config.load import Loaded, assemble, examine, put_aside
from companyos.config.read_file import FileResult, read_file
from companyos.config.sources import FOLDER, Sources, WorkTree, work_tree
from companyos.findings import Finding, Place, Severity, in_order
from companyos_cli.keeping import Keeping
from companyos_cli.looked import Looked
from companyos_cli.reading import Read, read_tree
from companyos_cli.rechecking import look_again
from companyos_cli.result_cache import NAME, ResultCache, cache_file, cache_key
from companyos_cli.wiring import Workspace, reading_progress, wall_clock_ns


class Effort(NamedTuple):
    """How to look: with how many processes (0 is `auto`), and what may be kept.

    With `against`, only what is new since that commit is a finding.
    """

    jobs: int = 0
    keep: bool = True
    against: str | None = None


def look(workspace: Workspace, effort: Effort, *, today: date) -> Looked:
    """Return what there is to find in the work tree's desired state.

    Raises:
        UsageError: there is no such commit to compare with.
        InvalidStateError: something in `config/` is no regular file.
    """
    tree = work_tree(workspace.root)
    cache = _cache(workspace, effort)
    try:
        return look_with(workspace, effort, tree, cache, today=today)
    finally:
        if cache is not None:
            cache.end()


def look_with(
    workspace: Workspace,
    effort: Effort,
    tree: WorkTree,
    cache: ResultCache | None,
    *,
    today: date,
) -> Looked:
    """Return what there is to find, with what was kept and for what is to be kept."""
    looked = None
    if cache is not None and cache.begin() and effort.against is None:
        looked = look_again(tree, cache, today=today)
    if looked is None:
        looked = look_at_all(workspace, effort, tree, cache, today=today)
    if cache is not None and cache.is_corrupt:
        looked = looked._replace(findings=in_order([*looked.findings, _CORRUPT]))
    return looked


def look_at_all(
    workspace: Workspace,
    effort: Effort,
    tree: WorkTree,
    cache: ResultCache | None,
    *,
    today: date,
) -> Looked:
    """Return what there is to find, by looking at every file; keep it in the cache.

    Raises:
        UsageError: there is no such commit to compare with.
    """
    keeping = Keeping(cache, with_rows=effort.against is not None)
    with reading_progress(workspace.session) as progress:
        known, see, jobs = keeping.known, keeping.see, effort.jobs
        read = read_tree(tree, known, jobs=jobs, seen=see, progress=progress)
    results = [read.results[path] for path in sorted(read.results)]
    trees = keeping.trees(read)
    found = examine(results, tree, today=today, known=trees)
    keeping.keep(read, results, found, today=today)
    loaded = put_aside(found, results, today=today)
    looked = Looked(loaded.findings, tree, loaded.suppressed, loaded.preferences)
    if effort.against is None:
        return looked
    base = _state_at(effort.against, workspace, tree, read, today=today)
    return looked._replace(findings=new_since(base, loaded))


def new_since(base: Loaded, loaded: Loaded) -> tuple[Finding, ...]:
    """Return the findings that were not there before, or not at all of their places.

    One that was there as often is not new, wherever its line is by now; one more of the
    same is.
    """
    before = Counter(told for each in base.findings for told in each.fingerprints)
    found: list[Finding] = []
    for each in loaded.findings:
        before.subtract(each.fingerprints)
        if any(before[told] < 0 for told in each.fingerprints):
            found.append(each)
    return tuple(found)


def _cache(workspace: Workspace, effort: Effort) -> ResultCache | None:
    path = cache_file(workspace.root) if effort.keep else None
    if path is None:
        return None
    return ResultCache(path, cache_key(), now_ns=wall_clock_ns())


def _state_at(
    revision: str, workspace: Workspace, tree: WorkTree, read: Read, *, today: date
) -> Loaded:
    """Return the desired state at a commit; what has not changed is not read again."""
    store = workspace.store
    rows = [
        row
        for row in store.files(store.resolve(revision), (FOLDER,))
        if row.mode.startswith("100") and not _is_hidden(row.path)
    ]
    results: dict[str, FileResult] = {
        row.path: read.results[row.path]
        for row in rows
        if read.blobs.get(row.path) == row.blob and row.path in read.results
    }
    changed = [row for row in rows if row.path not in results]
    contents = store.contents([row.blob for row in changed])
    sources = {row.path: data for row, data in zip(changed, contents, strict=True)}
    results.update((path, read_file(path, data)) for path, data in sources.items())
    return assemble(results.values(), _Both(sources, tree), today=today)


class _Both(Mapping[str, bytes]):
    """Files from one place, and what is not there from another."""

    def __init__(self, first: Sources, then: Sources) -> None:
        self._first, self._then = first, then

    def __getitem__(self, path: str) -> bytes:
        return self._first[path] if path in self._first else self._then[path]

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._first), **dict.fromkeys(self._then)})

    def __len__(self) -> int:
        return len(set(self))


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


_CORRUPT = Finding(
    check="internal/cache-corrupt",
    severity=Severity.INFO,
    message="what was kept of the last run could not be read, and is made again",
    place=Place(f".git/companyos/cache/{NAME}"),
    hint="nothing is to be done",
)
