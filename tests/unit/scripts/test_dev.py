"""The task runner: what it installs, when it does so again, and how it exits."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import dev
from lockfiles import GROUPS

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "sample"
version = "1"
"""

BACKEND = """\
import zipfile

def build_editable(directory, config_settings=None, metadata_directory=None):
    name = "sample-1-py3-none-any.whl"
    with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
        info = "sample-1.dist-info/"
        metadata = "Metadata-Version: 2.1\\nName: sample\\nVersion: 1\\n"
        wheel.writestr(info + "METADATA", metadata)
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


@pytest.fixture
def checkout(tmp_path: Path) -> dev.Checkout:
    """Return a small project whose locks ask for nothing."""
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend.py").write_text(BACKEND)
    for group in GROUPS:
        (root / "requirements" / f"{group}.txt").write_text("# nothing\n")
    return dev.Checkout(root)


def remember(checkout: dev.Checkout, group: str) -> None:
    """Write what a finished installation of `group` leaves behind."""
    checkout.venv.mkdir(exist_ok=True)
    checkout.stamp(group).write_text(checkout.fingerprint(group))


def test_help_lists_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a task, the tasks are printed and nothing is installed."""
    assert dev.main([]) == 0
    printed = capsys.readouterr().out
    assert all(f"\n  {name} " in printed for name in dev.TASKS)


def test_an_unknown_task_cannot_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt task exits 2 and says which tasks there are."""
    assert dev.main(["tset"]) == 2
    assert "unknown task `tset`" in capsys.readouterr().err


def test_an_old_python_is_refused_in_one_sentence() -> None:
    """Python 3.10 gets a sentence, not a traceback."""
    probe = (
        "import runpy, sys; sys.version_info = (3, 10, 2); sys.version = '3.10.2 (x)'"
    )
    run = f"{probe}; runpy.run_path({dev.__file__!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "companyos needs Python 3.11 or later; this is 3.10.2" + os.linesep
    )


def test_an_old_python_can_read_the_task_runner() -> None:
    """The syntax is no newer than Python 3.7, or the refusal would never be read."""
    ast.parse(Path(dev.__file__).read_text("utf-8"), feature_version=(3, 7))


def test_a_finished_installation_is_remembered(checkout: dev.Checkout) -> None:
    """An unchanged lock is installed once."""
    assert not checkout.is_installed("test")
    remember(checkout, "test")
    assert checkout.is_installed("test")
    assert not checkout.is_installed("check")


@pytest.mark.parametrize("file", ["requirements/test.txt", "pyproject.toml"])
def test_a_change_of_what_is_installed_installs_again(
    file: str, checkout: dev.Checkout
) -> None:
    """A new lock or a new entry point makes the installation out of date."""
    remember(checkout, "test")
    with (checkout.root / file).open("a") as out:
        out.write(
            "description = 'changed'\n" if file.endswith("toml") else "# changed\n"
        )
    assert not checkout.is_installed("test")


def test_tool_settings_install_nothing_again(checkout: dev.Checkout) -> None:
    """Only the project's own table of pyproject.toml matters to an installation."""
    remember(checkout, "test")
    with (checkout.root / "pyproject.toml").open("a") as out:
        out.write("[tool.ruff]\nline-length = 88\n")
    assert checkout.is_installed("test")


def test_a_moved_checkout_installs_again(checkout: dev.Checkout) -> None:
    """An editable installation points at the old place, so it is made anew."""
    remember(checkout, "test")
    moved = checkout.root.rename(checkout.root.with_name("elsewhere"))
    assert not dev.Checkout(moved).is_installed("test")


def test_pip_checks_hashes_and_fetches_no_build_environment(
    checkout: dev.Checkout,
) -> None:
    """A machine without uv makes the environment, then installs by hash."""
    create, locked, editable = dev.install_commands(checkout, "run", uv=None)
    assert create[1:4] == ("-m", "venv", "--clear")
    assert locked[-3:-1] == ("--require-hashes", "-r")
    assert editable[-4:] == ("--no-deps", "--no-build-isolation", "-e", ".")


def test_uv_is_asked_for_the_same(checkout: dev.Checkout) -> None:
    """With uv the same lock goes into the same place."""
    create, locked, editable = dev.install_commands(checkout, "run", uv="uv")
    assert create[-2:] == ("--without-pip", str(checkout.venv))
    assert locked[:5] == (
        "uv",
        "pip",
        "install",
        "--python",
        checkout.program("python"),
    )
    assert "--require-hashes" in locked
    assert editable[-1] == "."


@pytest.mark.parametrize(
    ("program", "status"),
    [("sys.exit(5)", 5), ("os.kill(os.getpid(), 15)", 143)],
    ids=["exits", "killed"],
)
@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_the_status_is_that_of_the_tool(
    program: str, status: int, checkout: dev.Checkout
) -> None:
    """The runner ends as the tool ended; a signal counts from 128 as in a shell."""
    assert checkout.run(sys.executable, "-c", f"import os, sys; {program}") == status


def test_an_empty_home_is_taken_away(
    checkout: dev.Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool never sees HOME set to nothing."""
    monkeypatch.setenv("HOME", "")
    script = "import os, sys; sys.exit('HOME' in os.environ)"
    assert checkout.run(sys.executable, "-c", script) == 0


def test_check_takes_no_arguments(checkout: dev.Checkout) -> None:
    """A narrower check than the one that decides is not offered."""
    with pytest.raises(dev.TaskError, match="takes no arguments"):
        dev.check(checkout, ["src"])


def wheel(directory: Path) -> Path:
    """Return a wheel of a package named `widget`."""
    path = directory / "widget-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("widget.py", "COLOUR = 'green'\n")
        info = "widget-1.dist-info/"
        metadata = "Metadata-Version: 2.1\nName: widget\nVersion: 1\n"
        archive.writestr(info + "METADATA", metadata)
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", "")
    return path


@pytest.mark.slow
def test_an_installation_is_made_by_hash_once_and_whole(
    checkout: dev.Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong hash stops and is not remembered; the right one installs."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", tmp_path.as_uri())
    digest = hashlib.sha256(wheel(tmp_path).read_bytes()).hexdigest()
    lock = checkout.root / "requirements" / "test.txt"

    lock.write_text(f"widget==1 --hash=sha256:{'0' * 64}\n")
    remember(checkout, "run")
    with pytest.raises(dev.TaskError, match="ended with status 1"):
        dev.prepare(checkout, "test", uv=None)
    assert not any(map(checkout.is_installed, GROUPS))

    lock.write_text(f"widget==1 --hash=sha256:{digest}\n")
    dev.prepare(checkout, "test", uv=None)
    assert [g for g in GROUPS if checkout.is_installed(g)] == ["run", "test"]
    assert checkout.run(checkout.program("python"), "-c", "import widget") == 0
