"""Whole platforms for tests: a work tree, its bare remote, and a release log in it.

They are played once, by the real command, and copied from then on.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from command_runs import Run, companyos
from companyos.digests import JSONValue
from git_clones import bare_at, clone_of, git

ARTIFACT = "dist/api.bin"
BULK_EXPORT = "config/flags/bulk-export.yaml"
PILOT_B = "config/tenants/pilot-b.yaml"
PILOT_STANDARD = "config/policies/pilot-standard.yaml"
PARTS = ("artifacts", "tenants", "policies", "flags")
STAGES = ("dev", "staging", "pilot")


def at(value: JSONValue, *way: str | int) -> JSONValue:
    """Return what is deep in a JSON value."""
    for step in way:
        if isinstance(value, Mapping):
            value = value[str(step)]
        else:
            assert isinstance(value, Sequence)
            value = value[int(step)]
    return value


@dataclass(frozen=True, slots=True)
class Platform:
    """One folder with the work tree `platform` and the bare remote `platform.git`."""

    folder: Path

    @property
    def root(self) -> Path:
        """The work tree."""
        return self.folder / "platform"

    @property
    def remote(self) -> Path:
        """The bare repository that has the log."""
        return self.folder / "platform.git"

    @property
    def key(self) -> Path:
        """The owner's private key."""
        return self.root / ".git" / "companyos" / "key.pem"

    def run(self, *words: str | Path) -> Run:
        """Run a command in the work tree."""
        return companyos(self.root, *words)

    def do(self, *words: str | Path) -> Run:
        """Run a command in the work tree, which answers yes."""
        done = self.run(*words)
        assert done.status == 0, done
        return done

    def promote(self, version: str, *stages: str) -> None:
        """Bring a release to stages."""
        for stage in stages:
            self.do("promote", version, "--to", stage, "--confirm", stage)

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a passage that is in a file once."""
        text = (self.root / path).read_text()
        assert text.count(old) == 1
        (self.root / path).write_text(text.replace(old, new))

    def write_artifact(self, data: bytes) -> None:
        """Write what the release's artifact is built from."""
        path = self.root / ARTIFACT
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    def publish(self, message: str) -> None:
        """Commit the desired state on top of the log, and push it."""
        git(self.root, "add", "config")
        git(self.root, "commit", "-q", "-m", message)
        git(self.root, "pull", "-q", "--rebase", "origin", "main")
        git(self.root, "push", "-q", "-u", "origin", "main")

    def versions(self, stage: str) -> dict[str, JSONValue]:
        """Return which release each part at a stage is of."""
        document = self.do("status", "-o", "json").json()
        parts = at(document, "stages", STAGES.index(stage), "content", "parts")
        return {part: at(parts, part) for part in PARTS}

    def copy(self, folder: Path) -> Platform:
        """Return a platform of its own that is like this one."""
        return Platform(Path(shutil.copytree(self.folder, folder, symlinks=True)))

    def clone(self, name: str = "elsewhere") -> Path:
        """Return a fresh clone of the remote, as an auditor would make it."""
        return clone_of(self.remote, self.folder / name)

    def log(self) -> list[str]:
        """Return the subject of every entry, as the remote's branch has them."""
        listing = git(
            self.remote, "log", "--reverse", "--format=%s", "main", "--", "releases/log"
        )
        return listing.splitlines()

    def tags(self) -> list[str]:
        """Return the names of the remote's tags."""
        return git(self.remote, "tag", "--list").splitlines()


def begin(folder: Path, before_trust: Callable[[], None] = lambda: None) -> Platform:
    """Return a platform whose log has its first entry, as the README has it made.

    `before_trust` may change the desired state before it is committed.
    """
    platform = Platform(folder)
    bare_at(platform.remote)
    platform.root.mkdir()
    git(platform.root, "init", "-q", "-b", "main", ".")
    git(platform.root, "remote", "add", "origin", "../platform.git")
    platform.do("init")
    before_trust()
    git(platform.root, "add", "config", "schemas")
    git(platform.root, "commit", "-q", "-m", "desired state")
    git(platform.root, "push", "-q", "-u", "origin", "main")
    platform.do("trust", "init")
    return platform


def release(platform: Platform, version: str) -> None:
    """Record a release of what is committed, with an artifact of its own."""
    platform.write_artifact(f"api {version}".encode())
    platform.do("release", "build", version, "--artifact", f"api={ARTIFACT}")


def change_everything(platform: Platform) -> None:
    """Change tenants, policies and flags, so that pilots are answered differently."""
    platform.edit(PILOT_B, "display_name: Pilot B", "display_name: Pilot B (US)")
    platform.edit(BULK_EXPORT, "pilot-b: false", "pilot-b: true")
    platform.edit(
        PILOT_STANDARD,
        'actions: ["dataset:read"]\n',
        'actions: ["dataset:read"]\n'
        '    when: resource.classification != "restricted"\n',
    )
    platform.publish("the next release")


@pytest.fixture(scope="session")
def begun_platform(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """Return a platform whose log has its `trust` entry; only to be copied."""
    return begin(tmp_path_factory.mktemp("begun"))


@pytest.fixture(scope="session")
def released_platform(
    tmp_path_factory: pytest.TempPathFactory, begun_platform: Platform
) -> Platform:
    """Return a platform with release 1.0.0, at `dev` alone; only to be copied."""
    platform = begun_platform.copy(tmp_path_factory.mktemp("released") / "copy")
    release(platform, "1.0.0")
    platform.promote("1.0.0", "dev")
    return platform


@pytest.fixture(scope="session")
def upgraded_platform(
    tmp_path_factory: pytest.TempPathFactory, released_platform: Platform
) -> Platform:
    """Return a platform whose every stage carries 1.1.0 after 1.0.0."""
    platform = released_platform.copy(tmp_path_factory.mktemp("upgraded") / "copy")
    platform.promote("1.0.0", "staging", "pilot")
    change_everything(platform)
    release(platform, "1.1.0")
    platform.promote("1.1.0", *STAGES)
    return platform


@pytest.fixture(scope="session")
def played_platform(
    tmp_path_factory: pytest.TempPathFactory, upgraded_platform: Platform
) -> Platform:
    """Return a platform that was played to its end: ten entries, a rollback last."""
    platform = upgraded_platform.copy(tmp_path_factory.mktemp("played") / "copy")
    platform.do(
        *("rollback", "pilot", "--only", "flags", "--reason", "exports are slow"),
        *("--confirm", "pilot"),
    )
    return platform


@pytest.fixture
def begun(begun_platform: Platform, tmp_path: Path) -> Platform:
    """Return a platform whose log has its `trust` entry."""
    return begun_platform.copy(tmp_path / "begun")


@pytest.fixture
def released(released_platform: Platform, tmp_path: Path) -> Platform:
    """Return a platform with release 1.0.0, at `dev` alone."""
    return released_platform.copy(tmp_path / "released")


@pytest.fixture
def upgraded(upgraded_platform: Platform, tmp_path: Path) -> Platform:
    """Return a platform whose every stage carries 1.1.0 after 1.0.0."""
    return upgraded_platform.copy(tmp_path / "upgraded")


@pytest.fixture
def played(played_platform: Platform, tmp_path: Path) -> Platform:
    """Return a platform that was played to its end."""
    return played_platform.copy(tmp_path / "played")
