"""Validating a work tree: the same findings however quickly, and what is new."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from companyos.findings import Finding
from companyos_cli.console import Console
from companyos_cli.looking import Effort, look
from companyos_cli.session import Session
from companyos_cli.wiring import Workspace
from conftest import Git
from desired_state_generator import FAULTS, TODAY, Size, generate, write

SIZE = Size(30, 20, 20)
CACHE = Path(".git/companyos/cache/validate.sqlite")


def validate(
    root: Path, *, jobs: int = 0, keep: bool = True, against: str | None = None
) -> tuple[Finding, ...]:
    """Return the findings in a work tree, looked at in this way."""
    session = Session(Console(io.StringIO(), io.StringIO()))
    effort = Effort(jobs, keep=keep, against=against)
    return look(Workspace(root, session), effort, today=TODAY).findings


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = (sys.executable, "-m", "companyos_cli", "--repo", str(root), "validate")
    return subprocess.run(
        (*command, "--today", TODAY.isoformat(), *arguments),
        capture_output=True,
        check=False,
        text=True,
    )


def checks(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """Return check and file of each finding."""
    return [(each.check, each.place.file) for each in findings]


@pytest.fixture
def repository(tmp_path: Path, git: Git) -> Path:
    """Return a committed desired state with one fault of every kind, long settled."""
    write(generate(2, SIZE, faults=sorted(FAULTS)), tmp_path)
    git("add", ".")
    git("commit", "--quiet", "--message=faults")
    settle(tmp_path)
    return tmp_path


def settle(root: Path) -> None:
    """Make every file older than the stamps need to be trusted by what they say."""
    for path in (root / "config").rglob("*.yaml"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def some_tenant(root: Path) -> Path:
    """Return a tenant's file that is right."""
    wrong = {each.file for each in generate(2, SIZE, faults=sorted(FAULTS)).planted}
    return next(
        path
        for path in sorted((root / "config/tenants").iterdir())
        if f"config/tenants/{path.name}" not in wrong
    )


def test_the_findings_do_not_depend_on_the_way_to_them(repository: Path) -> None:
    """Several processes, nothing kept yet, and everything kept: the same answer."""
    alone = validate(repository, jobs=1, keep=False)
    assert len(checks(alone)) == len(FAULTS)
    assert not (repository / CACHE).exists()
    assert validate(repository, jobs=3, keep=False) == alone
    assert validate(repository, jobs=2) == alone
    assert (repository / CACHE).exists()
    assert validate(repository) == alone
    assert validate(repository, jobs=2) == alone


def test_what_is_kept_is_no_longer_used_when_a_file_changes(repository: Path) -> None:
    """Neither for that file, nor for what others say about it."""
    before = checks(validate(repository))
    path = some_tenant(repository)
    path.write_text(path.read_text() + "colour: red\n")
    name = f"config/tenants/{path.name}"
    changed = checks(validate(repository))
    assert set(changed) - set(before) == {("schema/additional-property", name)}
    path.unlink()
    gone = checks(validate(repository))
    assert name not in {file for _, file in gone}


def test_a_change_that_leaves_the_stamp_is_seen_if_it_is_young(
    repository: Path,
) -> None:
    """A file that was written just now is not taken to be what it was by its stamp."""
    path = some_tenant(repository)
    text = path.read_text()
    validate(repository)
    path.write_text(text.replace("env:", "enf:", 1))
    first = checks(validate(repository))
    path.write_text(text)
    assert ("schema/required", f"config/tenants/{path.name}") in first
    assert checks(validate(repository)) == checks(validate(repository, keep=False))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"config/", b"konfig/"),
        lambda data: data.replace(b'"findings"', b'"findling"'),
        lambda data: data[:100] + bytes(each ^ 1 for each in data[100:]),
        lambda _: b"\xff\xfe\x00 no json",
        lambda _: b"",
    ],
    ids=["cut", "renamed", "other", "flipped", "binary", "empty"],
)
def test_a_damaged_cache_is_made_again(
    repository: Path, damage: Callable[[bytes], bytes]
) -> None:
    """It costs a remark at most, and never changes what is found."""
    wanted = validate(repository)
    cache = repository / CACHE
    cache.write_bytes(damage(cache.read_bytes()))
    after = [
        each for each in checks(validate(repository)) if "internal/" not in each[0]
    ]
    assert after == checks(wanted)
    assert validate(repository) == wanted


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_what_is_printed_does_not_depend_on_what_was_kept(
    repository: Path, form: str
) -> None:
    """To the byte, when something is looked at again and when all is looked at."""
    run(repository)
    path = some_tenant(repository)
    path.write_text(path.read_text().replace("data_region: ", "data_region: x"))
    again = run(repository, "-o", form)
    at_all = run(repository, "-o", form, "--no-cache")
    assert (again.stdout, again.returncode) == (at_all.stdout, at_all.returncode)
    assert path.name in again.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_large_state_is_looked_at_in_little_memory(tmp_path: Path, git: Git) -> None:
    """All of it with nothing kept, and one changed file of it; also on another day."""
    write(generate(1, Size(10_000, 500, 2_000)), tmp_path)
    assert git("status", "--porcelain")
    for day in ("2026-06-01", "2026-06-01", "2026-06-02"):
        code = (
            "import gc, re, sys\n"
            "from companyos_cli.app import run\n"
            f"sys.argv = ['companyos', '--repo', {str(tmp_path)!r}, 'validate',"
            f" '--today', {day!r}]\n"
            "gc.disable()\n"  # as the command does
            "run()\n"
            "print(re.findall(r'VmHWM:\\s*(\\d+)',"
            " open('/proc/self/status').read())[0])"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, text=True
        )
        told, peak = done.stdout.splitlines()
        assert told == "nothing to report"
        assert int(peak) < 150_000
        path = min((tmp_path / "config/flags").iterdir())
        path.write_bytes(path.read_bytes() + b"# changed\n")


def test_nothing_is_kept_outside_of_git(tmp_path: Path) -> None:
    """A folder that belongs to no repository is left as it is."""
    write(generate(1, Size(4, 2, 3)), tmp_path)
    assert checks(validate(tmp_path)) == []
    assert [path.name for path in tmp_path.iterdir()] == ["config"]


def test_against_a_commit_only_new_findings_are_reported(repository: Path) -> None:
    """What was wrong before is not the change's fault, wherever its line is by now."""
    assert checks(validate(repository, against="HEAD")) == []
    for path in (repository / "config/flags").iterdir():
        path.write_bytes(path.read_bytes() + b"# moved on\n")
    path = some_tenant(repository)
    path.write_text(path.read_text().replace("env: ", "env: x"))
    name = f"config/tenants/{path.name}"
    new = checks(validate(repository, against="HEAD"))
    assert new == [("ref/unknown-stage", name)]


def test_against_a_commit_a_deletion_that_breaks_other_files_is_new(
    tmp_path: Path, git: Git
) -> None:
    """The files that refer to what is gone are untouched, and named all the same."""
    write(generate(1, Size(9, 3, 4)), tmp_path)
    git("add", ".")
    git("commit", "--quiet", "--message=right")
    gone = min((tmp_path / "config/policies").iterdir())
    gone.unlink()
    [finding] = validate(tmp_path, against="HEAD")
    assert finding.check == "ref/unknown-policy"
    assert finding.place.file.startswith("config/tenants/")
    assert finding.count == 3


def test_one_more_of_the_same_is_new(tmp_path: Path, git: Git) -> None:
    """A name that was missing for one tenant and now is for two."""
    write(generate(1, Size(9, 3, 4)), tmp_path)
    tenants = sorted((tmp_path / "config/tenants").iterdir())
    miss_a_flag(tenants[-1])
    git("add", ".")
    git("commit", "--quiet", "--message=one")
    assert checks(validate(tmp_path, against="HEAD")) == []
    miss_a_flag(tenants[0])
    [(check, _)] = checks(validate(tmp_path, against="HEAD"))
    assert check == "ref/unknown-flag"


def miss_a_flag(path: Path) -> None:
    """Let a tenant name a flag that is not there."""
    text = path.read_text()
    path.write_text(text.replace("feature_flags:\n", "feature_flags:\n  - nosuch\n"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--jobs", "0"), "no number of processes"),
        (("--jobs", "many"), "no number of processes"),
        (("--against", "nowhere"), "names no commit"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    repository: Path, arguments: tuple[str, ...], words: str
) -> None:
    """With a message, before anything is told."""
    done = run(repository, *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_validating_loads_neither_pydantic_nor_gitpython(repository: Path) -> None:
    """They take longer to load than a small desired state takes to check."""
    code = (
        "import sys\n"
        f"sys.argv = ['companyos', '--repo', {str(repository)!r}, 'validate',"
        f" '--today', {TODAY.isoformat()!r}]\n"
        "from companyos_cli.app import run\n"
        "run()\n"
        "slow = {'pydantic', 'pydantic_core', 'ruamel', 'git', 'rich', 'jsonschema'}\n"
        "sys.exit(' '.join(slow & sys.modules.keys()) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
