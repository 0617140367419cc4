"""A run that has kept the last one finds exactly what looking at all files finds."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

import changing_states
import check_cases
from changing_states import Chance
from companyos.checks.locality import COUNTED, GOVERNING, LOCAL, TOGETHER
from companyos.checks.registry import CHECKS
from companyos.config.load import assemble
from companyos.config.read_file import FileResult, read_file
from companyos.config.sources import work_tree
from companyos_cli.console import Console
from companyos_cli.looked import Looked
from companyos_cli.looking import Effort, look_at_all
from companyos_cli.rechecking import look_again
from companyos_cli.result_cache import NAME, ResultCache
from companyos_cli.session import Session
from companyos_cli.wiring import Workspace
from desired_state_generator import FAULTS, TODAY, Size, generate

LATER_NS = 4_000_000_000_000_000_000
"""A time at which every file is old enough to be known by its stamp."""

ROOT = Path(__file__).parents[3]
Files = dict[str, bytes]
_read: dict[tuple[str, bytes], FileResult] = {}


@dataclass
class Repository:
    """A work tree that is edited and looked at, again and again.

    `again` counts the looks that could do with what was kept, of all `looks`.
    """

    root: Path
    files: Files = field(default_factory=dict)
    now_ns: int = LATER_NS
    looks: int = 0
    again: int = 0
    found: set[str] = field(default_factory=set)
    ticks: Iterator[int] = field(default_factory=itertools.count)

    def edit(self, edits: Mapping[str, bytes | None]) -> None:
        """Write and remove files; each written one gets a stamp of its own."""
        for name, data in edits.items():
            path = self.root / name
            if data is None:
                self.files.pop(name, None)
                path.unlink(missing_ok=True)
                continue
            self.files[name] = data
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            tick = 1_000_000_000 + next(self.ticks)
            os.utime(path, ns=(tick, tick))

    def become(self, files: Files) -> None:
        """Change the work tree into these files."""
        gone: dict[str, bytes | None] = dict.fromkeys(self.files.keys() - files.keys())
        self.edit(gone)
        self.edit({n: d for n, d in files.items() if self.files.get(n) != d})

    def look(self, today: date = TODAY) -> Looked:
        """Look at the tree as `validate` does, and check that nothing else is found."""
        cache = ResultCache(self.root / NAME, "key", now_ns=self.now_ns)
        tree = work_tree(self.root)
        looked = look_again(tree, cache, today=today) if cache.begin() else None
        self.looks += 1
        self.again += looked is not None
        if looked is None:
            session = Session(Console(io.StringIO(), io.StringIO()))
            workspace = Workspace(self.root, session)
            looked = look_at_all(workspace, Effort(1), tree, cache, today=today)
        cache.end()
        assert not cache.is_corrupt
        wanted = whole(self.files, today)
        assert looked.findings == wanted.findings
        assert looked.suppressed == wanted.suppressed
        assert looked.preferences == wanted.preferences
        self.found |= {each.check for each in looked.findings}
        return looked


def whole(files: Files, today: date) -> Looked:
    """Return what all these files together give."""
    results = []
    for path, data in files.items():
        if (path, data) not in _read:
            _read[path, data] = read_file(path, data)
        results.append(_read[path, data])
    loaded = assemble(results, files, today=today)
    return Looked(loaded.findings, files, loaded.suppressed, loaded.preferences)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return an empty work tree."""
    return Repository(tmp_path)


TELLING = (3001, 3003, 3010, 3024, 3039, 3055)
"""Seeds of which at least one tells of each rule about what to check again, if it is
left out: faces, chains, likes, users, silence, counts, tenants in conditions."""


def edit_at_random(repository: Repository, seeds: Iterable[int], edits: int) -> None:
    """Look at states after each of so many edits, a state for each seed."""
    for seed in seeds:
        chance = Chance.of(seed, (0.0, 0.004, 0.02)[seed % 3])
        repository.become(changing_states.state(Chance.of(seed, chance.mess / 4)))
        repository.look()
        for _ in range(edits):
            for _ in range(chance.one((1, 1, 1, 2, 5))):
                repository.edit(changing_states.edit(repository.files, chance))
            repository.look()


def test_random_edits_of_entangled_states(repository: Repository) -> None:
    """Whatever refers to whatever, and often without looking at all files."""
    edit_at_random(repository, TELLING, 12)
    assert repository.again > repository.looks / 3


@pytest.mark.slow
def test_very_many_random_edits_of_entangled_states(repository: Repository) -> None:
    """The same for much longer."""
    edit_at_random(repository, range(1000, 1200), 20)
    assert repository.again > repository.looks / 3


def test_files_that_are_too_young_for_their_stamps(repository: Repository) -> None:
    """They are known by their bytes, also where they are written again as they were."""
    repository.now_ns = 0
    edit_at_random(repository, range(2), 4)
    repository.edit(dict(repository.files))
    repository.look()


def plant_and_mend(repository: Repository, seed: int, size: Size) -> None:
    """Plant each fault in a state, one after the other, then mend them in turn."""
    right = dict(generate(seed, size).files)
    repository.become(right)
    repository.look()
    chance = Chance.of(seed, 0)
    names = chance.random.sample(sorted(FAULTS), len(FAULTS))
    wrong = [generate(seed, size, faults=[name]) for name in names]
    for state in wrong:
        [planted] = state.planted
        repository.edit({planted.file: state.files[planted.file]})
        looked = repository.look()
        told = {(each.check, each.place.file) for each in looked.findings}
        assert (planted.check, planted.file) in told
        if chance.often(0.5):
            repository.edit({planted.file: right[planted.file]})
    for state in wrong:
        if repository.files[file := state.planted[0].file] != right[file]:
            repository.edit({file: right[file]})
            repository.look()


def test_each_planted_fault_comes_and_goes(repository: Repository) -> None:
    """One file at a time, beside faults that are there already."""
    plant_and_mend(repository, 3, Size(25, 10, 12))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 14))
def test_planted_faults_come_and_go_in_larger_states(
    repository: Repository, seed: int
) -> None:
    """In other orders and places."""
    plant_and_mend(repository, seed, Size(120, 30, 50))


NAMING = ("config/flags/checkout.yaml", "config/policies/common.yaml")
NAMED = "config/tenants/initech.yaml"


def naming(paths: Iterable[str]) -> Files:
    """Return a state with a tenant that conditions in these files name.

    The tenant itself has nothing to do with these files.
    """
    files = check_cases.base()
    for path in paths:
        head, _, tail = files[path].partition(b"when: ")
        rest = tail.partition(b"\n")[2]
        files[path] = head + b'when: tenant.id != "initech"\n' + rest
    tenant = files["config/tenants/globex.yaml"]
    tenant = tenant.replace(b"globex", b"initech").replace(b"Globex", b"Initech")
    files[NAMED] = tenant.replace(b"[checkout]", b"[]")
    return files


@pytest.mark.parametrize("path", NAMING)
def test_a_tenant_that_a_condition_names_comes_and_goes(
    repository: Repository, path: str
) -> None:
    """Whoever names it is checked again."""
    files = naming([path])
    repository.become(files)
    assert repository.look().findings == ()
    for edited in (None, files[NAMED], None):
        repository.edit({NAMED: edited})
        told = [(each.check, each.place.file) for each in repository.look().findings]
        assert told == ([("ref/unknown-value", path)] if edited is None else [])


def test_conditions_that_name_one_tenant_are_counted_again(
    repository: Repository,
) -> None:
    """Where one of them changes, the place and the count may be those of others."""
    files = naming(NAMING)
    del files[NAMED]
    repository.become(files)
    repository.look()
    first, second = NAMING
    for path, data, told in (
        (first, check_cases.base()[first], (second, 1)),
        (first, files[first], (first, 2)),
        (second, check_cases.base()[second], (first, 1)),
    ):
        repository.edit({path: data})
        [found] = repository.look().findings
        assert (found.place.file, found.count) == told


def test_every_check_comes_and_goes_with_one_file(repository: Repository) -> None:
    """Each example's files are exchanged one by one, there and back again."""
    for check in sorted(CHECKS):
        good, (bad, _) = check_cases.good(check), check_cases.bad(check)
        repository.become(good)
        repository.look()
        for files in (bad, good):
            for path in sorted(files.keys() | repository.files.keys()):
                if repository.files.get(path) != files.get(path):
                    repository.edit({path: files.get(path)})
                    repository.look()
    assert repository.found >= CHECKS.keys()


@pytest.mark.slow
def test_every_example_beside_many_other_files(repository: Repository) -> None:
    """So that the examples' own tenants, bundles and flags are a few of many."""
    many = {
        path: data
        for path, data in generate(9, Size(20, 5, 6)).files.items()
        if path.count("/") == 2
    }
    for check in check_cases.names():
        repository.become({**many, **check_cases.good(check)})
        repository.look()
        bad, _ = check_cases.bad(check)
        repository.become({**many, **bad})
        repository.look()


def test_our_own_desired_state(repository: Repository) -> None:
    """Each file of it is changed, with the proof of its invariants and without."""
    ours = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted((ROOT / "config").rglob("*.yaml"))
    }
    for files in (
        ours,
        {path: data for path, data in ours.items() if "invariants" not in path},
    ):
        repository.become(files)
        repository.look()
        for path in sorted(files):
            repository.edit({path: files[path].replace(b"\n", b"\n# moved\n", 1)})
            repository.look()
        repository.look()


def test_another_day_is_looked_at_anew(repository: Repository) -> None:
    """Dates are over then that were not."""
    repository.become(changing_states.state(Chance.of(1, 0)))
    repository.look()
    repository.look()
    assert (repository.again, repository.looks) == (1, 2)
    repository.look(TODAY + timedelta(days=40))
    assert (repository.again, repository.looks) == (1, 3)


def test_a_change_in_a_large_state_is_not_looked_for_everywhere(
    repository: Repository,
) -> None:
    """Neither where one bundle and one flag are everybody's, nor what they give."""
    files = dict(generate(1, Size(300, 1, 2)).files)
    repository.become(files)
    repository.look()
    tenant = min(path for path in files if "tenants/" in path)
    bundle = min(path for path in files if "policies/" in path)
    flag = min(path for path in files if "flags/" in path)
    for path, old, new in (
        (tenant, b"data_region: ", b"data_region:  "),
        (bundle, b"reason: ", b"reason: why "),
        (flag, b"default: ", b"default:  "),
    ):
        repository.edit({path: files[path].replace(old, new, 1)})
        repository.look()
    assert repository.again == 3
    repository.edit({bundle: b"# moved\n" + files[bundle]})
    repository.look()
    assert repository.again == 3


def test_it_is_said_of_every_check_what_it_hangs_on() -> None:
    """Or nobody knows when it is to be asked again."""
    kinds = [LOCAL, GOVERNING, COUNTED, TOGETHER]
    assert sorted(itertools.chain(*kinds)) == sorted(CHECKS)
