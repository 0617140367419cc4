"""Desired states that are wrong in every way: a finding with its place each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from command_runs import Run, companyos
from companyos.digests import JSONObject
from platforms import BULK_EXPORT, PILOT_B

Write: TypeAlias = Callable[[Path], None]

FLAG = """\
# yaml-language-server: $schema=../../schemas/flag.schema.json
flag_id: {}
description: Made for a test.
owner: team-data
kind: ops
default: false
"""
POLICY = """\
# yaml-language-server: $schema=../../schemas/policy.schema.json
bundle_id: lonely
description: Nobody has asked for it.
rules:
  - id: everybody-reads-settings
    effect: allow
    roles: [Viewer]
    actions: ["settings:read"]
    reason: settings hold nothing secret
"""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way to be wrong, and the finding that it must give."""

    name: str
    write: Write
    check: str
    file: str
    line: int


def replaced(path: str, old: str, new: str) -> Write:
    """Change a passage that is in a file once."""

    def write(root: Path) -> None:
        text = (root / path).read_text()
        assert text.count(old) == 1
        (root / path).write_text(text.replace(old, new))

    return write


def written(path: str, data: str | bytes) -> Write:
    """Write a file."""

    def write(root: Path) -> None:
        (root / path).write_bytes(data if isinstance(data, bytes) else data.encode())

    return write


def linked(path: str, target: str) -> Write:
    """Put a symbolic link there."""
    return lambda root: (root / path).symlink_to(target)


MISTAKES = [
    Mistake(
        "missing-bundle",
        replaced(PILOT_B, "pilot-restricted", "pilot-nowhere"),
        "ref/unknown-policy",
        PILOT_B,
        5,
    ),
    Mistake(
        "orphaned-bundle",
        written("config/policies/lonely.yaml", POLICY),
        "ref/orphan-policy",
        "config/policies/lonely.yaml",
        2,
    ),
    Mistake(
        "unknown-flag",
        replaced(PILOT_B, "[bulk-export,", "[teleport, bulk-export,"),
        "ref/unknown-flag",
        PILOT_B,
        6,
    ),
    Mistake(
        "unknown-tenant-in-an-override",
        replaced(BULK_EXPORT, "pilot-b: false", "pilot-z: false"),
        "ref/unknown-tenant",
        BULK_EXPORT,
        7,
    ),
    Mistake(
        "duplicate-id",
        written("config/flags/zz-copy.yaml", FLAG.format("bulk-export")),
        "id/duplicate",
        "config/flags/zz-copy.yaml",
        2,
    ),
    Mistake(
        "duplicate-key",
        replaced(PILOT_B, "env: pilot\n", "env: pilot\nenv: dev\n"),
        "yaml/duplicate-key",
        PILOT_B,
        5,
    ),
    Mistake(
        "unknown-key",
        replaced(PILOT_B, "env: pilot\n", "env: pilot\ncolour: green\n"),
        "schema/additional-property",
        PILOT_B,
        5,
    ),
    Mistake(
        "bad-yaml",
        replaced(PILOT_B, "env: pilot\n", "env: [pilot\n"),
        "yaml/syntax",
        PILOT_B,
        5,
    ),
    Mistake("empty-file", written(PILOT_B, b""), "yaml/empty", PILOT_B, 1),
    Mistake(
        "binary-file",
        written(PILOT_B, b"tenant_id: pilot-b\n\xff\xfe\x00\x01"),
        "yaml/encoding",
        PILOT_B,
        2,
    ),
    Mistake("deep-file", written(PILOT_B, b"[" * 100_000), "yaml/depth", PILOT_B, 1),
    Mistake(
        "symbolic-link",
        linked("config/tenants/passwd.yaml", "/etc/passwd"),
        "yaml/symlink",
        "config/tenants/passwd.yaml",
        1,
    ),
    Mistake(
        "link-that-leads-nowhere",
        linked("config/tenants/gone.yaml", "nowhere"),
        "yaml/symlink",
        "config/tenants/gone.yaml",
        1,
    ),
]


@pytest.fixture(scope="session")
def good_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the desired state that `init` writes."""
    folder = tmp_path_factory.mktemp("good")
    assert companyos(folder, "init").status == 0
    return folder


@pytest.fixture
def root(good_state: Path, tmp_path: Path) -> Path:
    """Return a good desired state to spoil."""
    shutil.copytree(good_state / "config", tmp_path / "state" / "config")
    return tmp_path / "state"


def findings(run: Run) -> list[Mapping[str, object]]:
    """Return the findings of an answer."""
    document: JSONObject = run.json()
    assert document["schema"] == "companyos.findings/v1"
    found = document["findings"]
    assert isinstance(found, list)
    return [each for each in found if isinstance(each, Mapping)]


def require_composed(run: Run) -> None:
    """Nothing on either stream looks like a program that fell over."""
    for stream in (run.out, run.err):
        assert "Traceback" not in stream
        assert "bug" not in stream
        assert not any(ord(each) < 32 and each not in "\n\t" for each in stream)


def test_a_good_state_has_no_errors(root: Path) -> None:
    """What every mistake below starts from is valid."""
    run = companyos(root, "validate", "-o", "json")
    assert (run.status, run.err) == (0, "")
    assert "error" not in {each["severity"] for each in findings(run)}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_is_a_finding_where_it_was_made(root: Path, mistake: Mistake) -> None:
    """The answer is no, and says file and line, to people and to programs alike."""
    mistake.write(root)
    spoken = companyos(root, "validate")
    run = companyos(root, "validate", "-o", "json")
    assert (spoken.status, run.status) == (1, 1), (spoken, run)
    steps = ["", *(f"next: companyos fix{how} --diff\n" for how in ("", " --unsafe"))]
    assert spoken.err in steps
    assert run.err == ""
    places = {(each["check"], each["file"], each["line"]) for each in findings(run)}
    assert (mistake.check, mistake.file, mistake.line) in places
    assert f"--> {mistake.file}:{mistake.line}:" in spoken.out
    require_composed(spoken)
    require_composed(run)


def test_one_mistake_hides_no_other(root: Path) -> None:
    """Mistakes in different files are all found in one run."""
    chosen = [
        each for each in MISTAKES if each.file != PILOT_B and "link" not in each.name
    ]
    for mistake in (*chosen, MISTAKES[0]):
        mistake.write(root)
    places = {
        (each["check"], each["file"])
        for each in findings(companyos(root, "validate", "-o", "json"))
    }
    assert places >= {(each.check, each.file) for each in (*chosen, MISTAKES[0])}


def test_a_missing_catalogue_is_a_finding(root: Path) -> None:
    """The file that types everything else is missed by its name."""
    (root / "config/catalog.yaml").unlink()
    run = companyos(root, "validate", "-o", "json")
    assert run.status == 1, run
    assert "config/catalog.yaml" in {each["file"] for each in findings(run)}
    require_composed(run)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["validate"], "no `config/`"),
        (["--repo", "nowhere", "validate"], "`nowhere` holds no `config/`"),
        (["--repo", "file", "validate"], "`file` holds no `config/`"),
    ],
)
def test_without_a_desired_state_there_is_nothing_to_ask(
    tmp_path: Path, words: list[str], said: str
) -> None:
    """That is no finding but a question that cannot be asked: status 2, and a hint."""
    (tmp_path / "file").write_text("")
    run = companyos(tmp_path, *words)
    assert (run.status, run.out) == (2, "")
    assert said in run.err
    assert "hint: " in run.err
    require_composed(run)


def test_without_a_desired_state_programs_get_a_document(tmp_path: Path) -> None:
    """Status 2 comes with one JSON object that says why."""
    run = companyos(tmp_path, "validate", "-o", "json")
    assert run.status == 2
    assert run.json()["schema"] == "companyos.error/v1"


def test_a_path_that_is_not_there_cannot_be_asked_about(root: Path) -> None:
    """A typing mistake in a path must not read as `nothing to report`."""
    run = companyos(root, "validate", "config/tenant")
    assert (run.status, run.out) == (2, "")


@pytest.mark.parametrize(
    "command",
    [
        ["flags", "eval", "bulk-export", "--tenant", "pilot-a"],
        ["identity", "get", "pilot-a", "ana"],
    ],
)
def test_other_commands_refuse_a_state_with_errors(
    root: Path, command: list[str]
) -> None:
    """Where the question is another, an invalid state is status 2, and is placed."""
    MISTAKES[0].write(root)
    run = companyos(root, *command, "-o", "json")
    assert run.status == 2
    assert run.json()["schema"] == "companyos.error/v1"
    assert "config/" in str(run.json()["message"])
