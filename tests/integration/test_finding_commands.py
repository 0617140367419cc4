"""`validate`, `lint` and `explain` as a person or a pipeline runs them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import check_cases
from command_runs import companyos, environment
from git_clones import git
from platforms import at

DAY = ("--today", check_cases.TODAY.isoformat())
STALE = "config/flags/checkout.yaml"
CATALOG = "config/catalog.yaml"
STANDARD = "config/policies/standard.yaml"


def repository(where: Path, files: dict[str, bytes]) -> Path:
    """Write a desired state into a folder."""
    for name, data in files.items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return where


def committed(where: Path) -> None:
    """Make a Git repository of a folder, whose one commit has all of it."""
    git(where, "init", "--quiet", "--initial-branch=main")
    git(where, "add", "--all")
    git(where, "commit", "--quiet", "--message", "as it was")


def replace_in(file: Path, old: str, new: str) -> None:
    """Change a passage that is in a file once."""
    text = file.read_text()
    assert text.count(old) == 1, file
    file.write_text(text.replace(old, new))


def checks_in(told: str) -> list[str]:
    """Return the checks of the findings in a text, in order."""
    return re.findall(r"^(?:error|warning|info)\[(.+?)\]", told, re.MULTILINE)


@pytest.fixture
def expired(tmp_path: Path) -> Path:
    """Return a repository with one warning: a flag that has expired."""
    return repository(tmp_path, check_cases.bad("flag/expired")[0])


@pytest.fixture
def remarked(tmp_path: Path) -> Path:
    """Return a repository with one remark: a rule without a condition."""
    files = check_cases.bad("policy/allow-without-condition")[0]
    return repository(tmp_path, files)


def test_a_warning_answers_no_only_where_that_is_asked(expired: Path) -> None:
    """`validate` and `lint` alike."""
    for command in ("validate", "lint"):
        run = companyos(expired, command, *DAY)
        assert run.status == 0, run.err
        assert "warning[flag/expired]" in run.out
        assert companyos(expired, command, "--strict", *DAY).status == 1
        assert companyos(expired, command, "--strict", "--exit-zero", *DAY).status == 0


def test_an_error_answers_no_to_both(tmp_path: Path) -> None:
    """Whatever else is asked."""
    repository(tmp_path, check_cases.bad("ref/unknown-policy")[0])
    assert companyos(tmp_path, "validate", *DAY).status == 1
    assert companyos(tmp_path, "lint", *DAY).status == 1


def test_a_remark_is_for_lint(remarked: Path) -> None:
    """It never answers no, and `validate` shows it where it is named."""
    assert companyos(remarked, "validate", *DAY).out == "nothing to report\n"
    run = companyos(remarked, "lint", "--strict", *DAY)
    assert (run.status, run.out.splitlines()[-1]) == (0, "1 remark")
    run = companyos(remarked, "validate", "--select", "policy", *DAY)
    assert run.out.splitlines()[-1] == "1 remark"


def test_an_unknown_check_cannot_be_selected(expired: Path) -> None:
    """A slip must not read as `nothing found`."""
    run = companyos(expired, "validate", "--select", "flag/expird", *DAY)
    assert run.status == 2
    assert "did you mean `flag/expired`?" in run.err


def test_what_the_repository_prefers_holds(expired: Path) -> None:
    """An expired flag is an error here."""
    text = (
        "# yaml-language-server: $schema=../schemas/checks.schema.json\n"
        "severities: {flag/expired: error}\n"
    )
    (expired / "config/checks.yaml").write_text(text)
    run = companyos(expired, "validate", *DAY)
    assert run.status == 1
    assert "error[flag/expired]" in run.out


def test_a_suppressed_finding_is_counted_and_not_told(expired: Path) -> None:
    """In text as a count, in JSON with its reason."""
    file = expired / STALE
    text = file.read_text().replace(
        "2026-01-31", "2026-01-31  # companyos: ignore[flag/expired] next sprint"
    )
    file.write_text(text)
    run = companyos(expired, "validate", "--strict", *DAY)
    assert (run.status, run.out) == (0, "nothing to report (1 suppressed)\n")
    told = companyos(expired, "validate", "-o", "json", *DAY).json()
    assert at(told, "suppressed", 0, "reason") == "next sprint"


def test_a_baseline_is_written_read_and_gets_smaller(expired: Path) -> None:
    """What it lists is not told again; what is gone from it is a remark."""
    known = ("--baseline", "known.json")
    run = companyos(expired, "validate", *known, "--write-baseline", "--strict", *DAY)
    assert (run.status, run.out) == (0, "nothing to report (1 known by the baseline)\n")
    assert companyos(expired, "validate", *known, "--strict", *DAY).status == 0
    later = ("--today", "2026-01-01")
    run = companyos(expired, "lint", "--select", "baseline", *known, *later)
    assert "info[baseline/stale-entry]" in run.out
    assert "--> known.json:4:1" in run.out


def test_a_baseline_that_is_not_there_is_no_empty_one(expired: Path) -> None:
    """A slip in its name must not bring all findings back unnoticed."""
    run = companyos(expired, "validate", "--baseline", "nowhere.json", *DAY)
    assert run.status == 2
    assert "--write-baseline" in run.err


@pytest.mark.parametrize(
    ("where", "status"),
    [("/nonexistent/x", 2), ("config", 2), (STALE, 2), ("/dev/full", 3)],
)
def test_a_baseline_that_cannot_be_written_is_told(
    expired: Path, where: str, status: int
) -> None:
    """As a slip, or where there is no room as what may pass; never as a fault."""
    before = (expired / STALE).read_bytes()
    wanted = ("--baseline", where, "--write-baseline")
    assert companyos(expired, "validate", *wanted, *DAY).status == status
    assert (expired / STALE).read_bytes() == before


@pytest.mark.parametrize("named", ["sub/x.json", "link.json", STALE])
def test_the_desired_state_cannot_have_a_file_overwritten(
    expired: Path, tmp_path_factory: pytest.TempPathFactory, named: str
) -> None:
    """Neither one of its own nor, by a link, one that is anywhere else."""
    outside = tmp_path_factory.mktemp("outside") / "precious"
    outside.write_text("precious")
    (expired / "link.json").symlink_to(outside)
    before = (expired / STALE).read_bytes()
    head = "# yaml-language-server: $schema=../schemas/checks.schema.json\n"
    (expired / "config/checks.yaml").write_text(f"{head}baseline: {named}\n")
    assert companyos(expired, "validate", "--write-baseline", *DAY).status == 2
    assert outside.read_text() == "precious"
    assert (expired / STALE).read_bytes() == before


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_any_day_can_be_asked_about(expired: Path, day: str) -> None:
    """Also the last that there is, to which nothing can be added."""
    file = expired / STALE
    file.write_text(re.sub("(?m)^kind: .*$", "kind: release", file.read_text()))
    assert "kind: release" in file.read_text()
    assert companyos(expired, "lint", "--today", day).status == 0


@pytest.fixture
def wrong_for_long(tmp_path: Path) -> Path:
    """Return a repository whose last commit has a rule with a wrong condition."""
    repository(tmp_path, check_cases.bad("policy/condition")[0])
    committed(tmp_path)
    run = companyos(tmp_path, "validate", *DAY)
    assert (run.status, checks_in(run.out)) == (1, ["policy/condition"])
    return tmp_path


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("config/tenants/acme.yaml", "display_name: Acme", "display_name: Acme Ltd"),
        (CATALOG, "Read it.", "Read a report."),
        (CATALOG, "department: {type: string}", "team: {type: string}"),
        (STANDARD, "reason: a report", "reason: any report"),
    ],
    ids=["another file", "words", "an attribute", "the rule's reason"],
)  # fmt: skip
def test_against_a_commit_an_old_wrong_condition_is_not_new(
    wrong_for_long: Path, path: str, old: str, new: str
) -> None:
    """Whatever else the change is about, also what conditions are checked with."""
    replace_in(wrong_for_long / path, old, new)
    run = companyos(wrong_for_long, "validate", "--against", "HEAD", *DAY)
    assert "policy/condition" not in checks_in(run.out)


def test_against_a_commit_a_condition_made_wrong_elsewhere_is_new(
    tmp_path: Path,
) -> None:
    """Its own file is as it was: the catalogue no longer has what it reads."""
    repository(tmp_path, check_cases.base())
    committed(tmp_path)
    assert companyos(tmp_path, "validate", "--against", "HEAD", *DAY).status == 0
    replace_in(tmp_path / CATALOG, "data_region: {type", "data_place: {type")
    run = companyos(tmp_path, "validate", "--against", "HEAD", *DAY)
    assert run.status == 1
    assert f"--> {STANDARD}:10:" in run.out


def test_each_form_is_what_its_readers_take(expired: Path) -> None:
    """On stdout, and nothing else; the status is the same in each."""
    forms = {}
    for form in ("json", "jsonl", "sarif", "github", "gitlab", "junit", "text"):
        run = companyos(expired, "validate", "--strict", "-o", form, *DAY)
        assert (run.status, run.err) == (1, ""), form
        forms[form] = run.out
    [line] = forms["jsonl"].splitlines()
    assert json.loads(line)["check"] == "flag/expired"
    assert json.loads(forms["sarif"])["version"] == "2.1.0"
    assert json.loads(forms["gitlab"])[0]["location"]["path"] == STALE
    assert forms["github"].startswith(f"::warning file={STALE},line=13,")
    junit = ET.fromstring(forms["junit"])  # noqa: S314 - our own text
    assert junit.get("failures") == "1"


def test_auto_is_what_the_place_shows(expired: Path) -> None:
    """GitHub's commands in its workflows, text elsewhere."""
    wanted = (expired, "validate", "-o", "auto", *DAY)
    assert companyos(*wanted).out.startswith("warning[flag/expired]")
    workflow = environment(GITHUB_ACTIONS="true")
    assert companyos(*wanted, env=workflow).out.startswith("::warning ")


def test_explain_prints_a_page_and_lists_all(tmp_path: Path) -> None:
    """Without a repository: the pages belong to the program."""
    run = companyos(tmp_path, "explain", "flag/expired")
    assert (run.status, run.out.splitlines()[0]) == (0, "# flag/expired")
    assert "ref/orphan-policy" in companyos(tmp_path, "explain").out
    run = companyos(tmp_path, "explain", "flag/expird")
    assert run.status == 2
    assert "did you mean `flag/expired`?" in run.err


def test_watching_runs_again_at_a_change_and_ends_by_ctrl_c(expired: Path) -> None:
    """The first answer comes at once, the second after the flag is mended."""
    command = [sys.executable, "-m", "companyos_cli", "validate", "--watch", *DAY]
    out = expired / "out.txt"
    with (
        out.open("wb") as stream,
        subprocess.Popen(
            command, cwd=expired, env=environment(), stdout=stream, stderr=stream
        ) as process,
    ):
        try:
            wait_for(out, "1 warning")
            file = expired / STALE
            file.write_text(file.read_text().replace("2026-01-31", "2027-01-31"))
            wait_for(out, "nothing to report")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 130
        finally:
            process.kill()


def wait_for(file: Path, text: str, *, seconds: float = 20) -> None:
    """Wait until a file holds a text."""
    end = time.monotonic() + seconds
    while text not in file.read_text():
        assert time.monotonic() < end, file.read_text()
        time.sleep(0.05)
