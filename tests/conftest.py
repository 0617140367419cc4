"""What holds for every test: no home, no Git settings, and in CI no skips.

Tests must pass for a stranger on a new machine, so the process gets an empty home
directory and a Git that reads no configuration before any test module is imported.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@companyos.example")
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
HOME = pytest.StashKey[Path]()
# How many evaluations the condition fuzz makes; whoever sets it means it.
FUZZ = "COMPANYOS_FUZZ"

# Both profiles are derandomized: the same commit gives the same verdict. To search for
# new examples: `python3 scripts/dev.py test --hypothesis-profile=search`.
hypothesis.settings.register_profile(
    "everyday", deadline=None, derandomize=True, max_examples=25
)
hypothesis.settings.register_profile(
    "ci", deadline=None, derandomize=True, max_examples=300
)
hypothesis.settings.register_profile("search", deadline=None, max_examples=5_000)
hypothesis.settings.load_profile("ci" if IN_CI else "everyday")


class Git:
    """Runs git in one directory, under an identity that only this process has."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __call__(self, *arguments: str, stdin: str | None = None) -> str:
        """Return what git prints, without the last line's end."""
        command = ("git", *IDENTITY, *arguments)
        done = subprocess.run(
            command,
            cwd=self.directory,
            input=stdin,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}"
        return done.stdout.rstrip("\n")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Return git in a new, empty repository whose branch is `main`."""
    repository = Git(tmp_path)
    repository("init", "--quiet", "--initial-branch=main")
    return repository


def pytest_configure(config: pytest.Config) -> None:
    """Give the process an empty home and a Git without settings or identity."""
    # A shell that starts the tests in the background has them ignore Ctrl-C, and what
    # they start would ignore it too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    home = Path(tempfile.mkdtemp(prefix="companyos-home-"))
    config.stash[HOME] = home
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "COMPANYOS_")) and name != FUZZ:
            del os.environ[name]
    os.environ.update(
        HOME=str(home),
        USERPROFILE=str(home),
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_SYSTEM=os.devnull,
        GIT_CONFIG_NOSYSTEM="1",
        GIT_TERMINAL_PROMPT="0",
    )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home directory again."""
    home = config.stash.get(HOME, None)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """Fail a test that was skipped in CI."""
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[
    None, pytest.CollectReport, pytest.CollectReport
]:
    """Fail a module that was skipped as a whole in CI."""
    report = yield
    refuse_skip(report)
    return report


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip in CI into a failure: what was not run there was never run."""
    if not IN_CI or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    report.outcome = "failed"
    report.longrepr = (
        f"{reason}\nNothing may be skipped in CI: .ci/run installs what tests need."
    )
