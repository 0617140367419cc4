"""What the documentation says is so: commands run, examples are real, tables are whole.

A page's fenced blocks are played in order. `console` runs: each line that begins with
`$ ` must end with status 0, or with the one that a comment `# exit N` names; what is
shown below it must be what was said, `…` standing for anything. A block with `file=` in
its first line is saved there; a `diff` with `file=` is made to the file.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import chdir, closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

import pytest

from companyos.config.condition_parser import ParsedCondition, parse_condition
from companyos.config.condition_types import (
    Environment,
    Field,
    ListType,
    ObjectType,
    String,
)
from companyos.drift import LoadedState, read_state
from companyos.snapshot import Manifest, read_manifest
from companyos_cli.app import run
from companyos_cli.exits import ExitStatus

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text("utf-8")
PROGRAMS = {"companyos", "git", "cd", "chmod", "sleep"}
PORTS = ("9101", "9102")
PATIENCE_SECONDS = 20

FENCE = re.compile(
    r"^```(\w+)(?: file=(\S+))?[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
EXIT = re.compile(r"#\s*exit (\d+)\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page; `file` is where its text belongs."""

    language: str
    file: str
    text: str


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    return [Block(*found) for found in FENCE.findall(text)]


def section(text: str, heading: str) -> str:
    """Return what stands below one heading, up to the next of its level or above."""
    level = heading.partition(" ")[0]
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    after = re.compile(rf"^#{{1,{len(level)}}} ", re.MULTILINE).search(text, start)
    return text[start : after.start() if after else None]


def page(name: str) -> str:
    """Return the text of a page."""
    return (DOCS / name).read_text("utf-8")


@dataclass
class Terminal:
    """A person at a terminal: works in a folder, runs lines, starts services.

    The ports that pages name may be taken on this machine, so free ones are put in
    their place, in lines and in files.
    """

    folder: Path
    ports: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def play(self, text: str) -> None:
        """Do what a page says, from its first block to its last."""
        for block in blocks(text):
            if block.language == "console":
                self._run_all(block.text)
            elif block.language == "diff" and block.file:
                self._change(block)
            elif block.file:
                self._save(block)

    def run(self, line: str, shown: str = "") -> None:
        """Run one line, and hold its status and what it says against the page."""
        words = line.split()
        assert words[0] in PROGRAMS, f"`{line}`: the test does not know this program"
        wanted = EXIT.search(line)
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            return
        if words[-1] == "&":
            self._start(line)
            return
        status, said = self._result(self._at_free_ports(line))
        assert status == (int(wanted[1]) if wanted else 0), f"`{line}` says:\n{said}"
        if shown:
            assert_shown(shown, said, line)
        self._renumber_ports()

    def close(self) -> None:
        """End the services, by their process ids."""
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.communicate(timeout=PATIENCE_SECONDS)

    def _run_all(self, text: str) -> None:
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            self.run(line, shown)

    def _result(self, line: str) -> tuple[int, str]:
        """Return a line's exit status and all that it said."""
        words = shlex.split(line, comments=True)
        if words[0] == "companyos":
            return companyos(self.folder, *words[1:])
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
        )
        return done.returncode, done.stdout

    def _start(self, line: str) -> None:
        """Start a service, which says so when it listens."""
        words = shlex.split(self._at_free_ports(line).removesuffix("&"))
        assert words[0] == "companyos"
        process = subprocess.Popen(
            [sys.executable, "-m", "companyos_cli", *words[1:]],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.running.append(process)
        assert process.stdout is not None
        assert "listening" in process.stdout.readline(), f"`{line}` does not listen"

    def _save(self, block: Block) -> None:
        target = self.folder / block.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, "utf-8")

    def _change(self, block: Block) -> None:
        lines = [self._at_free_ports(line) for line in block.text.splitlines()]
        before = "".join(line[1:] + "\n" for line in lines if line[0] in " -")
        after = "".join(line[1:] + "\n" for line in lines if line[0] in " +")
        target = self.folder / block.file
        text = target.read_text("utf-8")
        assert text.count(before) == 1, f"{block.file} holds this not once:\n{before}"
        target.write_text(text.replace(before, after), "utf-8")

    def _at_free_ports(self, text: str) -> str:
        for port in PORTS:
            text = text.replace(port, self.ports.setdefault(port, free_port()))
        return text

    def _renumber_ports(self) -> None:
        stages = self.folder / "config/stages.yaml"
        if stages.is_file():
            text = stages.read_text("utf-8")
            if any(f":{port}/" in text for port in PORTS):
                stages.write_text(self._at_free_ports(text), "utf-8")


def free_port() -> str:
    """Return a port that was free a moment ago."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def assert_shown(shown: str, said: str, line: str) -> None:
    """Hold what a page shows against what was said; a line `…` is any lines."""
    lines = [each.rstrip() for each in said.splitlines()]
    reached = {0}
    for wanted in shown.rstrip("\n").split("\n"):
        if wanted == "…":
            reached = set(range(min(reached, default=len(lines)), len(lines) + 1))
        else:
            fits = re.compile(".*".join(map(re.escape, wanted.split("…")))).fullmatch
            ahead = (at for at in reached if at < len(lines))
            reached = {at + 1 for at in ahead if fits(lines[at])}
        assert reached, f"`{line}`: the page shows `{wanted}`, it says:\n{said}"
    assert len(lines) in reached, f"`{line}` says more than is shown:\n{said}"


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """Return a terminal in an empty folder; its services end with the test."""
    monkeypatch.setenv("COLUMNS", "80")
    found = Terminal(tmp_path)
    yield found
    found.close()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder with a platform and its remote, and the ports its files name."""

    folder: Path
    ports: dict[str, str]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """Return a platform that has two releases: 1.0.0 everywhere, 1.1.0 at dev."""
    folder = tmp_path_factory.mktemp("prepared")
    work = folder / "platform"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", "platform.git")
    new_repository(work)
    git(work, "remote", "add", "origin", "../platform.git")
    answered(work, "init")
    ports = {port: free_port() for port in PORTS}
    for port, free in ports.items():
        edit(work / "config/stages.yaml", f":{port}/", f":{free}/")
    (work / "dist").mkdir()
    (work / "dist/exports.pyz").write_text("print('the exports service')\n")
    release(work, "1.0.0", "dev", "staging", "pilot")
    git(work, "pull", "--quiet", "--ff-only")
    edit(work / "config/flags/bulk-export.yaml", "percent: 25", "percent: 50")
    release(work, "1.1.0", "dev")
    git(work, "pull", "--quiet", "--ff-only")
    return Prepared(folder, ports)


@pytest.fixture
def at_platform(prepared: Prepared, terminal: Terminal) -> Terminal:
    """Return a terminal in a copy of the prepared platform."""
    shutil.copytree(prepared.folder, terminal.folder, symlinks=True, dirs_exist_ok=True)
    terminal.folder /= "platform"
    terminal.ports.update(prepared.ports)
    return terminal


def new_repository(folder: Path) -> None:
    """Make an empty repository with an identity of its own."""
    git(folder.parent, "init", "--quiet", "--initial-branch=main", folder.name)
    git(folder, "config", "user.name", "Ana Example")
    git(folder, "config", "user.email", "ana@platform.example")


def release(work: Path, version: str, *stages: str) -> None:
    """Commit, build a release and bring it to stages; start the log if need be."""
    git(work, "add", "config", "schemas")
    git(work, "commit", "--quiet", "--message", f"for {version}")
    git(work, "push", "--quiet", "--set-upstream", "origin", "main")
    answered(work, "trust", "init")
    artifact = f"exports={work / 'dist/exports.pyz'}"
    answered(work, "release", "build", version, "--artifact", artifact)
    for stage in stages:
        answered(work, "promote", version, "--to", stage, "--confirm", stage)


def edit(file: Path, old: str, new: str) -> None:
    """Replace a passage of a file, which must be there."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def answered(folder: Path, *words: str) -> None:
    """Run the command, which must answer yes."""
    status, said = companyos(folder, *words)
    assert status == 0, f"{words}: {said}"


def companyos(folder: Path, *words: str) -> tuple[int, str]:
    """Run the command from its entry on, in a folder; return its status and words.

    It runs in this process, which saves the time it takes to start.
    """
    said, arguments = StringIO(), sys.argv
    sys.argv = ["companyos", *words]
    try:
        with chdir(folder), redirect_stdout(said), redirect_stderr(said):
            return run(), said.getvalue()
    finally:
        sys.argv = arguments


# Commands.

FROM_NOTHING = ("tutorial/first-release.md", "how-to/log-on-its-own-branch.md")
AT_A_PLATFORM = (
    "how-to/change-the-desired-state.md",
    "how-to/migrate-flags.md",
    "how-to/protect-the-log.md",
    "how-to/take-a-stage-back.md",
    "how-to/test-a-policy.md",
    "explanation/threat-model.md",
    "reference/findings.md",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", FROM_NOTHING)
def test_whoever_begins_in_an_empty_folder_arrives(
    name: str, terminal: Terminal
) -> None:
    """The page's commands, run in order from an empty folder, do what it shows."""
    terminal.play(page(name))


@pytest.mark.parametrize("name", AT_A_PLATFORM)
def test_whoever_has_a_platform_gets_it_done(name: str, at_platform: Terminal) -> None:
    """The page's commands, run in order at a platform with releases, do as shown."""
    at_platform.play(page(name))


def test_every_page_with_commands_is_run() -> None:
    """No page below docs/ shows commands that the tests above leave out."""
    showing = {
        str(path.relative_to(DOCS))
        for path in DOCS.rglob("*.md")
        if any(each.language == "console" for each in blocks(path.read_text("utf-8")))
    }
    assert showing == {*FROM_NOTHING, *AT_A_PLATFORM}


PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *(path for path in sorted(DOCS.rglob("*.md")) if path.name != "cli.md"),
]
COMMAND = re.compile(r"(?:\$ )?(companyos(?: [a-z][a-z-]*)*)(?= |$)")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")


def test_no_command_hides_in_a_block_that_is_not_run() -> None:
    """Whoever may type it finds it in a `console` block; but for pages of checks."""
    hidden = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in PAGES
        if DOCS / "reference/checks" not in path.parents
        for block in blocks(path.read_text("utf-8"))
        if block.language != "console"
        for line in block.text.splitlines()
        if line.startswith(("$ ", "companyos "))
    ]
    assert hidden == []


def test_every_command_and_option_that_a_page_names_is_there() -> None:
    """Held against the page that is written from the program itself."""
    cli = page("reference/cli.md")
    options = {
        heading: {*OPTION.findall(text), "--repo", "--help"}
        for heading, text in re.findall(
            r"^## (companyos[^\n]*)\n(.*?)(?=^## |\Z)", cli, re.MULTILINE | re.DOTALL
        )
    }
    named = [
        (path.relative_to(ROOT), words)
        for path in PAGES
        for words in commands_in(path.read_text("utf-8"))
    ]
    assert len(named) > 100
    wrong = [
        f"{path}: `{words}`"
        for path, words in named
        if not set(OPTION.findall(words))
        <= options.get(command_of(words, options), set())
    ]
    assert wrong == []


def commands_in(text: str) -> list[str]:
    """Return every command that a page names, in a line of its own or in a sentence."""
    lines = [line.partition("#")[0] for line in text.splitlines()]
    spans = re.findall(r"`([^`]+)`", FENCE.sub("", text))
    found = [" ".join(span.split()) for span in (*spans, *lines)]
    return [each.removeprefix("$ ") for each in found if COMMAND.match(each)]


def command_of(words: str, known: Collection[str]) -> str:
    """Return the longest command that these words begin with."""
    match = COMMAND.match(words)
    assert match is not None
    parts = match[1].split()
    begun = (" ".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(each for each in begun if each in known)


def test_the_daily_commands_of_the_readme_work(at_platform: Terminal) -> None:
    """Each daily command answers yes as it is written, while both services run."""
    (at_platform.folder / "run").mkdir()
    keys = next(
        block
        for block in blocks(page("tutorial/first-release.md"))
        if block.file == "run/jwks.json"
    )
    (at_platform.folder / keys.file).write_text(keys.text)
    at_platform.run("companyos sync --stage pilot --out run/pilot --once")
    serve = "--bundle run/pilot --jwks run/jwks.json --data run"
    at_platform.run(f"companyos serve settings {serve}/s.db --admin-port 9101 &")
    at_platform.run(
        f"companyos serve exports {serve}/e.db --admin-port 9102"
        " --artifact dist/exports.pyz &"
    )
    at_platform.play(section(README, "## Every day"))


def test_the_readme_starts_a_platform(terminal: Terminal) -> None:
    """Who follows the README in an empty folder has a platform that is in order."""
    new_repository(terminal.folder / "my-platform")
    terminal.play(section(README, "## Start your own"))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_make_knows_what_it_is_asked_for(name: str) -> None:
    """Every `make` line names a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (targets,) = re.findall(r"^TASKS = (.+)$", makefile, re.MULTILINE)
    text = (ROOT / name).read_text("utf-8")
    asked = re.findall(r"^\$ make ([\w-]+)", text, re.MULTILINE)
    assert asked
    assert set(asked) <= set(targets.split())


def test_contributing_lists_every_task_and_no_place_that_is_not_there() -> None:
    """Its two tables are of this repository as it is."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    (targets,) = re.findall(r"^TASKS = (.+)$", makefile, re.MULTILINE)
    tasks = re.findall(
        r"^\| `make ([\w-]+)` \|", section(text, "## Tasks"), re.MULTILINE
    )
    assert set(tasks) == set(targets.split())
    rows = re.findall(
        r"^\| (`.+?) \|", section(text, "## Where things are"), re.MULTILINE
    )
    places = [place for row in rows for place in re.findall(r"`([^`]+)`", row)]
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_the_architecture_names_every_package() -> None:
    """Each package and module of the library has a row that says what it holds."""
    rows = "".join(
        re.findall(r"^\| `.+? \|", page("explanation/architecture.md"), re.MULTILINE)
    )
    library = ROOT / "src/companyos"
    packages = {path.stem for path in library.iterdir() if path.name[0] != "_"}
    small = {"py", "digests", "errors", "tenants"}
    assert {
        each for each in packages - small if f"`companyos.{each}`" not in rows
    } == set()


@pytest.mark.parametrize(
    ("shown", "fits"),
    [
        ("a\nbc\nd\n", True),
        ("a\n…\n", True),
        ("…\nd\n", True),
        ("a\nb…\nd\n", True),
        ("…\nbc\n…\n", True),
        ("a\nbc\n", False),
        ("…\nb\n…\n", False),
        ("d\n…\na\n", False),
    ],
)
def test_what_is_shown_is_held_against_what_is_said(shown: str, *, fits: bool) -> None:
    """Lines must be there, whole and in order; only `…` leaves anything out."""
    if fits:
        assert_shown(shown, "a\nbc\nd\n", "line")
        return
    with pytest.raises(AssertionError):
        assert_shown(shown, "a\nbc\nd\n", "line")


# References.

KINDS = {
    "Tenants": "tenant",
    "Policy bundles": "policy",
    "Policy tests": "policy-tests",
    "Feature flags": "flag",
    "The catalogue": "catalog",
    "Regions": "regions",
    "Identity": "identity",
    "Invariants": "invariants",
    "Stages": "stages",
    "Signers": "signers",
    "Checks": "checks",
}


@pytest.mark.parametrize(("heading", "kind"), KINDS.items())
def test_every_field_of_a_file_is_explained(heading: str, kind: str) -> None:
    """Each property of the kind's schema stands in the tables of its section."""
    schema = json.loads((ROOT / f"schemas/{kind}.schema.json").read_bytes())
    shapes = [schema, *schema.get("$defs", {}).values()]
    fields = {name for shape in shapes for name in shape.get("properties", {})}
    text = section(page("reference/desired-state.md"), f"## {heading}")
    assert {name for name in fields if f"`{name}`" not in text} == set()


def test_every_kind_of_file_has_a_section() -> None:
    """There is a section for each schema."""
    schemas = {path.name.split(".")[0] for path in (ROOT / "schemas").iterdir()}
    assert schemas == set(KINDS.values())


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_example_is_the_real_file(kind: str) -> None:
    """The example of each kind is a file of config/; `# …` leaves lines out."""
    found = blocks(page("reference/desired-state.md"))
    (example,) = (each for each in found if f"/{kind}.schema.json" in each.text)
    text = (ROOT / example.file).read_text("utf-8")
    parts = example.text.split("# …\n")
    assert text.startswith(parts[0])
    assert text.endswith(parts[-1])
    assert len(parts) > 1 or text == example.text


def test_every_exit_status_is_explained() -> None:
    """The table has each status with its name, and no other."""
    rows = re.findall(
        r"^\| (\d+) \| (\w+) \|", page("reference/exit-status.md"), re.MULTILINE
    )
    wanted = [(str(status.value), status.name.lower()) for status in ExitStatus]
    assert rows == wanted


def test_the_manifest_of_the_page_can_be_read() -> None:
    """The example is a manifest that services accept, and each field is explained."""
    example = document("reference/bundle-directory.md", "companyos.bundle/v1")
    assert isinstance(read_manifest(example), Manifest)
    assert unexplained(example, "reference/bundle-directory.md") == set()


def test_the_state_document_of_the_page_can_be_read() -> None:
    """The example is a document that `drift report` accepts, each field explained."""
    example = document("reference/state-document.md", "companyos.state/v1")
    assert isinstance(read_state(example), LoadedState)
    assert unexplained(example, "reference/state-document.md") == set()


def document(name: str, schema: str) -> bytes:
    """Return the page's example of a JSON document."""
    (found,) = (
        block.text
        for block in blocks(page(name))
        if block.language == "json" and f'"schema": "{schema}"' in block.text
    )
    return found.encode()


def unexplained(example: bytes, name: str) -> set[str]:
    """Return the document's fields that no table of the page names."""
    rows = [line for line in page(name).splitlines() if line.startswith("|")]
    named = " ".join(rows)
    return {
        field
        for field in json.loads(example)
        if field != "schema" and not re.search(rf"`{field}[`.]", named)
    }


VARIABLES: Environment = {
    "subject": ObjectType(
        {
            "id": Field(String()),
            "roles": Field(ListType(String())),
            "region": Field(String()),
            "attributes": Field(ObjectType({"department": Field(String())})),
        }
    ),
    "tenant": ObjectType({"data_classification": Field(String(), optional=True)}),
    "resource": ObjectType(
        {"data_region": Field(String()), "classification": Field(String())}
    ),
}


def test_what_is_in_the_profile_is_accepted() -> None:
    """Each condition that the page shows as right is right."""
    shown = [
        line
        for block in blocks(page("reference/conditions.md"))
        if block.language == "cel"
        for line in block.text.splitlines()
    ]
    assert len(shown) >= 8
    refused = [
        line
        for line in shown
        if not isinstance(parse_condition(line, VARIABLES), ParsedCondition)
    ]
    assert refused == []


def test_what_is_left_out_is_refused() -> None:
    """Each condition that the page shows as left out is refused."""
    text = section(page("reference/conditions.md"), "## Not in the profile")
    shown = re.findall(r"^\| [^|]+ \| `([^`]+)` \|", text, re.MULTILINE)
    assert len(shown) >= 10
    accepted = [
        line
        for line in shown
        if isinstance(parse_condition(line, VARIABLES), ParsedCondition)
    ]
    assert accepted == []
