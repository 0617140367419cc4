"""The example package: installed as it is, it gives `companyos` another backend."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "examples/identity-backend"
README = (EXAMPLE / "README.md").read_text("utf-8")

pytestmark = pytest.mark.slow


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python with some words, and return how it went."""
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install the package, and nothing else, into a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    done = run(
        *("-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--no-index", "--disable-pip-version-check"),
        *("--target", str(folder), str(EXAMPLE)),
    )
    assert done.returncode == 0, done.stderr
    path = [str(folder), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return os.pathsep.join(filter(None, path))


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """Return a new platform with the configuration and the file of the README."""
    done = run("-m", "companyos_cli", "--repo", str(tmp_path), "init")
    assert done.returncode == 0, done.stderr
    written = dict(
        re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    )
    (tmp_path / "subjects.csv").write_text(written["csv"])
    identity = tmp_path / "config/identity.yaml"
    text = identity.read_text("utf-8")
    first = text.index("backend: static\n")
    tokens = text[text.index("tokens:\n") :]
    identity.write_text(f"{text[:first]}{written['yaml']}{tokens}")
    return tmp_path


def test_the_example_passes_its_own_tests(installed: str) -> None:
    """It keeps the contract of all backends."""
    done = run(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"),
        *("--rootdir", str(EXAMPLE), "-c", os.devnull, str(EXAMPLE / "tests")),
        PYTHONPATH=installed,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_the_command_asks_the_example(installed: str, platform: Path) -> None:
    """What the README shows works, with no change to our code."""
    ask = ("-m", "companyos_cli", "--repo", str(platform), "identity", "get")
    found = run(*ask, "pilot-a", "ana", PYTHONPATH=installed)
    assert found.returncode == 0, found.stderr
    assert re.search(r"^roles +Analyst, Viewer$", found.stdout, re.MULTILINE)
    assert re.search(r"^answer +fresh$", found.stdout, re.MULTILINE)
    missing = run(*ask, "pilot-a", "eve", PYTHONPATH=installed)
    assert missing.returncode == 1, missing.stderr
    (platform / "subjects.csv").unlink()
    away = run(*ask, "pilot-a", "ana", PYTHONPATH=installed)
    assert away.returncode == 3, away.stderr


def test_without_the_package_the_command_says_what_there_is(platform: Path) -> None:
    """A name that nobody offers is a mistake in the configuration, not a crash."""
    ask = ("-m", "companyos_cli", "--repo", str(platform), "identity", "get")
    done = run(*ask, "pilot-a", "ana")
    assert done.returncode == 2
    assert "there is no identity backend `csv`" in done.stderr
    assert "http, postgres, scim, sqlite, static" in done.stderr
