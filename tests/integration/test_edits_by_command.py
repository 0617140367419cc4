"""Editing the desired state by command: what is shown is written, or nothing is."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from command_runs import Run, companyos, environment
from companyos_cli import scaffolding

ROOT = Path(__file__).parents[2]
FLAG = "config/flags/bulk-export.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a folder that holds the example desired state."""
    for path, data in scaffolding.files().items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def changed(before: dict[str, bytes], folder: Path) -> set[str]:
    """Return the files that are not as they were."""
    after = contents(folder)
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def run(repository: Path, *words: str) -> Run:
    """Run a command on a fixed day."""
    return companyos(repository, *words, "--today", "2026-12-01")


EDITS = {
    "override": (
        ["flags", "set", "bulk-export", "true", "--tenant", "internal", "--until",
         "2027-01-31", "--reason", "CHG-12: try it"],
        {FLAG},
    ),
    "override of another": (
        ["flags", "set", "export-format", "csv", "--tenant", "pilot-b", "--until",
         "2027-01-31", "--reason", "their tool reads nothing else"],
        {"config/flags/export-format.yaml", "config/tenants/pilot-b.yaml"},
    ),
    "default": (
        ["flags", "set", "exports-open", "false", "--default"],
        {"config/flags/exports-open.yaml"},
    ),
    "expiry": (["flags", "expire", "bulk-export", "2027-06-30"], {FLAG}),
    "first expiry": (
        ["flags", "expire", "exports-open", "2027-06-30"],
        {"config/flags/exports-open.yaml"},
    ),
    "kill": (
        ["flags", "kill", "exports-open", "export-format"],
        {"config/flags/exports-open.yaml", "config/flags/export-format.yaml"},
    ),
    "removal": (
        ["flags", "remove", "export-page-size", "--from-services", "--from-tenants"],
        {"config/flags/export-page-size.yaml", "config/catalog.yaml",
         "config/tenants/internal.yaml", "config/tenants/pilot-a.yaml"},
    ),
    "tenant": (
        ["tenants", "add", "pilot-c", "--like", "pilot-a", "--owner", "c@c.example"],
        {"config/tenants/pilot-c.yaml"},
    ),
    "policy": (
        ["policy", "add", "pilot-own", "--extends", "pilot-standard", "--tenant",
         "pilot-a"],
        {"config/policies/pilot-own.yaml", "config/tenants/pilot-a.yaml"},
    ),
}  # fmt: skip
EVERYDAY = {"override", "override of another", "kill", "removal", "tenant", "policy"}


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(edit, marks=() if edit in EVERYDAY else pytest.mark.slow)
        for edit in EDITS
    ],
)
def test_an_edit_writes_what_it_showed(repository: Path, edit: str) -> None:
    """The dry run writes nothing; its diff, applied by git, gives what is written."""
    words, files = EDITS[edit]
    before = contents(repository)
    planned = run(repository, *words, "--dry-run", "-o", "json")
    assert (planned.status, planned.json()["outcome"]) == (0, "planned")
    assert changed(before, repository) == set()
    done = run(repository, *words, "--yes", "-o", "json")
    assert (done.status, done.json()["outcome"]) == (0, "written"), done.err
    assert changed(before, repository) == files
    assert companyos(repository, "validate", "--today", "2026-12-01").status == 0
    after = contents(repository)
    assert applied(repository, before, planned) == after


def applied(folder: Path, before: dict[str, bytes], planned: Run) -> dict[str, bytes]:
    """Return the files as they were, with the diffs applied by git."""
    other = folder.parent / f"{folder.name}-other"
    for path, data in before.items():
        (other / path).parent.mkdir(parents=True, exist_ok=True)
        (other / path).write_bytes(data)
    diffs = "".join(row["diff"] for row in json.loads(planned.out)["files"])
    patch = folder.parent / "planned.diff"
    patch.write_text(diffs, "utf-8")
    subprocess.run(
        ["git", "apply", str(patch)], cwd=other, check=True, env=environment()
    )
    return contents(other)


@pytest.mark.parametrize("edit", ["override", "expiry", "default", "kill"])
def test_doing_it_twice_changes_nothing(repository: Path, edit: str) -> None:
    """What is so already is found, and nothing is written."""
    words, _ = EDITS[edit]
    run(repository, *words, "--yes")
    before = contents(repository)
    again = run(repository, *words, "--yes", "-o", "json")
    assert (again.status, again.json()["outcome"]) == (0, "unchanged")
    assert changed(before, repository) == set()


def test_a_flag_goes_when_the_last_of_its_readers_has_gone(repository: Path) -> None:
    """Each refusal names every reader and the way to end it; then the flag goes."""
    code = repository / "src/page.py"
    code.parent.mkdir()
    code.write_text('client.get_integer_value("export-page-size", 100)\n')
    words = ["flags", "remove", "export-page-size"]
    first = run(repository, *words)
    assert first.status == 2
    for told in (
        f"{code}:1", "read by `exports`", "`internal`, `pilot-a`",
        "out of the code", "`--from-services`", "`--from-tenants`",
    ):  # fmt: skip
        assert told in first.err
    words += ["--from-services", "--from-tenants"]
    second = run(repository, *words, "--yes")
    assert second.status == 2
    assert f"code reads it at {code}:1\n" in second.err
    code.write_text("PAGE_SIZE = 100\n")
    assert run(repository, *words, "--yes").status == 0
    assert not (repository / "config/flags/export-page-size.yaml").exists()


def test_code_that_may_read_a_flag_is_named(repository: Path) -> None:
    """A read of whatever a variable holds may be of this flag: it is shown."""
    code = repository / "app/page.py"
    code.parent.mkdir()
    code.write_text("client.get_integer_value(load_name(), 100)\n")
    words = ["flags", "remove", "export-page-size", "--from-services"]
    told = run(repository, *words, "--from-tenants", "--dry-run", "--code", "app")
    assert told.status == 0
    assert "cannot tell: `load_name()`" in told.err
    unseen = run(repository, *words, "--from-tenants", "--dry-run")
    assert "no code was looked at" in unseen.err


LONG = """\
per_tenant_overrides:
  internal:
    # they asked for it
    value: false # CHG-7
    until: 2027-01-31 # the end of the trial
    reason: "CHG-7: too slow"
"""


def with_long_override(path: Path) -> str:
    """Return a flag's file with an override in the long form and no other."""
    rows = path.read_text("utf-8").splitlines(keepends=True)
    return "".join([row for row in rows if "overrides" not in row]) + LONG


@pytest.mark.parametrize(
    ("more", "old", "new"),
    [
        ([], "value: false", "value: true"),
        (["--until", "2027-02-28"], "2027-01-31 #", "2027-02-28 #"),
        (["--reason", "done"], '"CHG-7: too slow"', '"done"'),
    ],
)
def test_an_override_keeps_what_is_not_told(
    repository: Path, more: list[str], old: str, new: str
) -> None:
    """Its comments stay, and its end and reason unless others are given."""
    path = repository / FLAG
    before = with_long_override(path)
    path.write_text(before, "utf-8")
    words = ["flags", "set", "bulk-export", "true", "--tenant", "internal", "--yes"]
    assert run(repository, *words, *more).status == 0
    expected = before.replace("value: false", "value: true").replace(old, new)
    assert path.read_text("utf-8") == expected


def test_an_answer_of_another_kind_takes_the_old_ones_place(repository: Path) -> None:
    """A rollout in the override goes, what stands beside it stays."""
    path = repository / FLAG
    before = with_long_override(path)
    rollout = "rollout: {percent: 10} # CHG-8"
    path.write_text(before.replace("value: false # CHG-7", rollout), "utf-8")
    words = ["flags", "set", "bulk-export", "true", "--tenant", "internal", "--yes"]
    assert run(repository, *words).status == 0
    expected = before.replace("value: false # CHG-7", "value: true")
    assert path.read_text("utf-8") == expected


def test_a_kill_says_who_answers_what_then(repository: Path) -> None:
    """The flag to everybody, and each flag that waits for it, and for that one."""
    waiting = "flag_id: late\ndescription: x\nowner: team-data\ndefault: false\n"
    needs = "prerequisites: [{flag: bulk-export, value: true}]\n"
    (repository / "config/flags/late.yaml").write_text(waiting + needs, "utf-8")
    shown = run(repository, "flags", "kill", "exports-open", "-n", "-o", "json").json()
    takes_part = "answers `false` to every tenant that takes part"
    assert shown["effects"] == [
        "`exports-open` is killed and answers `false` to everybody, overrides included",
        f"`bulk-export` needs `exports-open` and {takes_part}",
        f"`late` needs `bulk-export` and {takes_part}",
    ]


def test_who_wants_a_flag_off_does_not_change_with_it(repository: Path) -> None:
    """A prerequisite that a killed flag meets stops nobody."""
    path = repository / FLAG
    wanted = path.read_bytes().replace(b"open, value: true", b"open, value: false")
    path.write_bytes(wanted)
    done = run(repository, "flags", "kill", "exports-open", "--yes", "-o", "json")
    assert done.json()["effects"] == [
        "`exports-open` is killed and answers `false` to everybody, overrides included"
    ]


def test_a_killed_flag_keeps_its_comments_and_comes_back(repository: Path) -> None:
    """Only the state's own word is changed; a second revival finds nothing to do."""
    path = repository / "config/flags/exports-open.yaml"
    good = path.read_bytes()
    path.write_bytes(good + b"state: active # since 2026\n# the end\n")
    before = path.read_bytes()
    assert run(repository, "flags", "kill", "exports-open", "--yes").status == 0
    assert path.read_bytes() == before.replace(b"state: active", b"state: killed")
    words = ["flags", "revive", "exports-open", "--yes", "-o", "json"]
    revived = run(repository, *words).json()
    assert path.read_bytes() == before
    assert revived["effects"] == [
        "`exports-open` is active and answers `true`",
        "`bulk-export` needs `exports-open` and is asked again",
    ]
    again = run(repository, *words).json()
    assert again["outcome"] == "unchanged"
    assert again["effects"] == ["`exports-open` is active and answers `true`"]


def test_an_archived_flag_is_neither_killed_nor_revived(repository: Path) -> None:
    """It is off for everybody already, and comes back by hand alone."""
    path = repository / "config/flags/exports-open.yaml"
    path.write_bytes(path.read_bytes() + b"state: archived\n")
    before = contents(repository)
    killed = run(repository, "flags", "kill", "exports-open", "--yes")
    assert killed.status == 0
    assert "nothing to change" in killed.out
    assert "`exports-open` is archived and answers `false` to everybody" in killed.out
    revived = run(repository, "flags", "revive", "exports-open", "--yes")
    assert revived.status == 2
    assert "flag `exports-open` is archived, not killed" in revived.err
    assert changed(before, repository) == set()


def test_a_default_says_what_still_answers_otherwise(repository: Path) -> None:
    """Whether the default changes or is so already, and how to end that for all."""
    words = ["flags", "set", "bulk-export"]
    same = run(repository, *words, "false", "--default")
    assert "nothing to change" in same.out
    assert "otherwise by 1 override, 1 rule, a rollout" in same.out
    assert "`companyos flags kill bulk-export` gives `false` to everybody" in same.out
    other = run(repository, *words, "true", "--default", "-n", "-o", "json").json()
    assert other["effects"] == ["`bulk-export` still answers otherwise by 1 override"]
    alone = ["flags", "set", "exports-open", "false", "--default", "-n", "-o", "json"]
    assert run(repository, *alone).json()["effects"] == []


def test_the_default_of_a_killed_flag_is_not_asked(repository: Path) -> None:
    """Then the answer is what the flag gives while it is killed."""
    run(repository, "flags", "kill", "exports-open", "--yes")
    words = ["flags", "set", "exports-open", "true", "--default"]
    told = "`exports-open` is killed and answers `false` to everybody"
    assert told in run(repository, *words).out


REFUSED = {
    "unknown tenant": (["flags", "set", "bulk-export", "true", "--tenant", "pilot"], 2),
    "unknown flag": (["flags", "set", "bulk-exprt", "true", "--default"], 2),
    "unknown flag among others": (
        ["flags", "kill", "bulk-export", "bulk-exprt"], 2,
    ),
    "unknown variant": (["flags", "set", "export-format", "xls", "--default"], 2),
    "no boolean": (["flags", "set", "bulk-export", "maybe", "--default"], 2),
    "neither": (["flags", "set", "bulk-export", "true"], 2),
    "no day": (["flags", "expire", "bulk-export", "2027-02-30"], 2),
    "needed flag": (
        ["flags", "remove", "exports-open", "--from-services", "--from-tenants"], 2,
    ),
    "flag of a service": (
        ["flags", "remove", "export-page-size", "--from-tenants"], 2,
    ),
    "flag of tenants": (["flags", "remove", "export-page-size", "--from-services"], 2),
    "no id": (["tenants", "add", "../x", "--like", "pilot-a"], 2),
    "taken id": (["tenants", "add", "pilot-a", "--like", "pilot-b"], 2),
    "too little said": (["tenants", "add", "pilot-c", "--env", "pilot"], 2),
    "unknown stage": (
        ["tenants", "add", "pilot-c", "--like", "pilot-a", "--env", "x"], 1,
    ),
    "orphan": (["policy", "add", "pilot-own", "--extends", "base"], 1),
    "unknown base": (["policy", "add", "own", "--extends", "x", "--abstract"], 1),
}  # fmt: skip


@pytest.mark.parametrize("edit", REFUSED)
def test_what_would_not_be_right_is_not_written(repository: Path, edit: str) -> None:
    """What cannot be asked is 2, an answer that is no is 1, and no file changes."""
    words, status = REFUSED[edit]
    before = contents(repository)
    done = run(repository, *words, "--yes", "-o", "json")
    assert done.status == status
    if status == 1:
        assert done.json()["outcome"] == "refused"
        assert done.json()["findings"]
    assert changed(before, repository) == set()


def test_nothing_is_written_without_a_yes(repository: Path) -> None:
    """Where nobody can be asked, the command says how to agree."""
    before = contents(repository)
    done = run(repository, *EDITS["expiry"][0])
    assert done.status == 2
    assert "--yes" in done.err
    assert changed(before, repository) == set()


def test_an_error_elsewhere_does_not_stop_an_edit(repository: Path) -> None:
    """Only what the edit itself brings is held against it."""
    (repository / "config/tenants/pilot-b.yaml").write_text("a: b\n", "utf-8")
    assert run(repository, *EDITS["expiry"][0], "--yes").status == 0


def test_lists_and_records_are_the_files(repository: Path) -> None:
    """What `list` and `show` say is what the files say."""
    tenants = companyos(repository, "tenants", "list", "-o", "json").json()["tenants"]
    assert tenants == list(_values(repository / "config/tenants"))
    shown = companyos(repository, "tenants", "show", "pilot-a", "-o", "json").json()
    assert shown["tenant"] == tenants[1]
    flags = companyos(repository, "flags", "list", "-o", "json").json()["flags"]
    assert isinstance(flags, list)
    names = [row["flag_id"] for row in _values(repository / "config/flags")]
    assert [row["flag_id"] for row in json.loads(json.dumps(flags))] == names


def _values(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob("*.yaml")):
        yield yaml.load(path.read_bytes(), yaml.BaseLoader)  # noqa: S506 - plain text


def test_fix_mends_and_says_so(repository: Path) -> None:
    """`--diff` answers no and writes nothing; then it is mended, and that is a yes."""
    good = contents(repository)
    path = repository / "config/regions.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    bad = contents(repository)
    shown = run(repository, "fix", "--diff", "-o", "json")
    assert (shown.status, shown.json()["written"]) == (1, False)
    assert changed(bad, repository) == set()
    done = run(repository, "fix", "-o", "json")
    assert (done.status, done.json()["written"]) == (0, True)
    assert changed(good, repository) == set()
    assert run(repository, "fix", "--diff").status == 0


def test_validate_can_mend_first(repository: Path) -> None:
    """`validate --fix` does what `fix` does; without it, findings say how to mend."""
    good = contents(repository)
    path = repository / "config/regions.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    found = run(repository, "validate", "-o", "json")
    [finding] = json.loads(found.out)["findings"]
    assert finding["fix"]["safe"] is True
    [change] = finding["fix"]["edits"]
    assert (change["line"], change["column"], change["text"]) == (1, 1, "")
    assert run(repository, "validate", "--fix", "--diff").status == 1
    assert changed(good, repository) == {"config/regions.yaml"}
    assert run(repository, "validate", "--fix").status == 0
    assert changed(good, repository) == set()
    assert run(repository, "validate", "--fix", "--watch").status == 2


def test_fix_keeps_to_the_named_paths(repository: Path) -> None:
    """What is found elsewhere stays."""
    for name in ("pilot-a", "pilot-b"):
        path = repository / f"config/tenants/{name}.yaml"
        path.write_bytes(path.read_bytes().rstrip(b"\n"))
    before = contents(repository)
    assert run(repository, "fix", "config/tenants/pilot-a.yaml").status == 0
    assert changed(before, repository) == {"config/tenants/pilot-a.yaml"}
    assert run(repository, "fix", "config/nowhere").status == 2


def test_fix_says_what_it_did_not_do(repository: Path) -> None:
    """A guess is counted without `--unsafe`, and made with it."""
    path = repository / "config/tenants/pilot-a.yaml"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"pilot-standard", b"pilot-standart"))
    careful = run(repository, "fix")
    assert careful.status == 1
    assert "1 more with `--unsafe`" in careful.out
    assert run(repository, "fix", "--unsafe").status == 0
    assert path.read_bytes() == good


def test_init_tells_editors_of_the_schemas(tmp_path: Path) -> None:
    """The settings are written, and those that are there already are kept."""
    assert companyos(tmp_path, "init", "new").status == 0
    written = (tmp_path / "new/.vscode/settings.json").read_bytes()
    assert written == (ROOT / ".vscode/settings.json").read_bytes()
    own = tmp_path / "own/.vscode/settings.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}", "utf-8")
    assert companyos(tmp_path, "init", "own").status == 0
    assert own.read_text("utf-8") == "{}"


@pytest.mark.parametrize("hook", ["companyos-validate", "companyos-fix"])
def test_a_hook_stops_a_commit_that_is_wrong(repository: Path, hook: str) -> None:
    """The entry that pre-commit runs answers yes to what is right, else no."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_bytes())
    [found] = [each for each in hooks if each["id"] == hook]
    assert found["pass_filenames"] is False
    assert found["require_serial"] is True
    # By what a commit deletes no hook is chosen, and a bundle may have been named.
    assert found.get("always_run", False) is (hook == "companyos-validate")
    program, *words = found["entry"].split()
    assert program == "companyos"
    assert companyos(repository, *words).status == 0
    (repository / "config/regions.yaml").write_text("regions: 1\n", "utf-8")
    assert companyos(repository, *words).status == 1


def test_the_next_steps_lead_to_a_state_that_is_right(repository: Path) -> None:
    """Whoever types what each command proposes has mended what was shown."""
    tenant = repository / "config/tenants/pilot-a.yaml"
    text = tenant.read_text("utf-8")
    tenant.write_text(text.replace("pilot-standard", "pilot-standrd"), "utf-8")
    other = repository / "config/tenants/pilot-b.yaml"
    other.write_bytes(other.read_bytes() + b"# a\ttab\n")
    words = ["validate", "config/tenants/pilot-a.yaml"]
    first = next_step(companyos(repository, *words))
    assert first == ["fix", "--unsafe", "--diff"]
    shown = companyos(repository, *first, "config/tenants/pilot-a.yaml")
    assert companyos(repository, *next_step(shown)).status == 0
    assert tenant.read_text("utf-8") == text
    assert other.read_bytes().endswith(b"# a\ttab\n")


def next_step(run: Run) -> list[str]:
    """Return the words of the command that a run proposes."""
    [line] = [row for row in run.err.splitlines() if row.startswith("next: ")]
    program, *words = shlex.split(line.removeprefix("next: "))
    assert program == "companyos"
    return words
