from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest

from companyos.errors import UsageError
from companyos.identity import NotFound, Subject
from companyos.identity.backend import Setup
from companyos.identity.backends.registry import (
    OURS,
    backend_named,
    installed_backends,
    open_backend,
)
from companyos.identity.backends.static import StaticDirectory
from companyos.identity.cache import CachedDirectory
from companyos.identity.opening import open_directory
from companyos.identity.settings import IdentitySettings
from identity_directories import ANA, WINDOWS, around, write_sqlite

HEAD = """
from companyos.identity import NotFound
from companyos.identity.backend import Backend

class Empty:
    def get_subject(self, tenant_id, subject_id):
        return NotFound(tenant_id, subject_id)
"""


class Packages:
    """Installed packages of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, package: str, name: str, source: str) -> None:
        """Install a package of one module that offers one backend."""
        module = package.replace("-", "_")
        (self._folder / f"{module}.py").write_text(source)
        metadata = self._folder / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Name: {package}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(
            f"[companyos.identity_backends]\n{name} = {module}:BACKEND\n"
        )
        invalidate_caches()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """Give a folder of packages that Python finds."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Packages(tmp_path)
    for name in set(sys.modules) - before:
        if name.startswith("thirdparty"):
            del sys.modules[name]


def setup() -> Setup:
    """Return a setup without options."""
    return Setup({}, 1.0, around())


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_own_backends_load(name: str) -> None:
    """Each has a module, and speaks the version of today."""
    assert backend_named(name).api_version == 1


def test_a_package_offers_a_backend(packages: Packages) -> None:
    """Installing it is all: nothing of ours is changed."""
    packages.add(
        "thirdparty-empty", "empty", HEAD + "BACKEND = Backend(1, lambda s: Empty())"
    )
    directory = open_backend("empty", setup())
    assert directory.get_subject("pilot-a", "ana") == NotFound("pilot-a", "ana")


def test_an_unknown_name_lists_what_is_installed(packages: Packages) -> None:
    """Ours and those of packages."""
    packages.add("thirdparty-empty", "empty", "")
    with pytest.raises(UsageError, match="no identity backend `ldap`") as caught:
        backend_named("ldap")
    listed = "installed are: empty, http, postgres, scim, sqlite, static"
    assert caught.value.hint == listed


def test_listing_loads_nothing(packages: Packages) -> None:
    """A package that cannot be imported can still be listed."""
    packages.add("thirdparty-broken", "broken", "raise RuntimeError")
    assert "broken" in installed_backends()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "import no_such_module",
            "of `thirdparty-bad` cannot be loaded: ModuleNotFound",
        ),
        ("BACKEND = (", "cannot be loaded: SyntaxError"),
        ("", "cannot be loaded: AttributeError"),
        ("raise RuntimeError('no licence')", "RuntimeError: no licence"),
        ("BACKEND = 1", "is of type `int`, not `Backend`"),
        (HEAD + "BACKEND = Backend(2, lambda s: Empty())", "is of version 2"),
        (HEAD + "BACKEND = Backend(1, lambda s: 1 / 0)", "opened: ZeroDivisionError"),
        (HEAD + "BACKEND = Backend(1, lambda s: s.options['x'])", "opened: KeyError"),
    ],
    ids=["import", "syntax", "name", "raises", "type", "version", "open", "options"],
)
def test_a_broken_package_is_named(source: str, words: str, packages: Packages) -> None:
    """Whoever configured it learns what is wrong, without a traceback."""
    packages.add("thirdparty-bad", "bad", source)
    with pytest.raises(UsageError, match=words) as caught:
        open_backend("bad", setup())
    assert caught.value.hint


def test_two_packages_with_one_name_are_refused(packages: Packages) -> None:
    """Which of them would be asked must not hang on the order of a folder."""
    packages.add("thirdparty-one", "twin", "")
    packages.add("thirdparty-two", "twin", "")
    with pytest.raises(UsageError, match="`thirdparty-one` and `thirdparty-two`"):
        backend_named("twin")


def test_no_package_can_stand_in_front_of_ours(packages: Packages) -> None:
    """`sqlite` stays ours, whoever offers another."""
    packages.add("thirdparty-mask", "sqlite", HEAD + "BACKEND = Backend(9, None)")
    assert backend_named("sqlite").api_version == 1


def test_a_backend_that_is_not_used_is_not_imported() -> None:
    """Whoever decides pays for no driver and no server that it does not use."""
    script = (
        "import sys, companyos.identity.opening\n"
        "names = {'psycopg', 'sqlite3', 'http.client', 'ssl', 'asyncio'}\n"
        "print(sorted(names & set(sys.modules)))"
    )
    path = os.pathsep.join(each for each in sys.path if each)
    shown = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": path},
    )
    assert shown.stdout == "[]\n"


def test_the_desired_state_opens_a_directory_behind_a_cache(tmp_path: Path) -> None:
    """Relative paths begin in the folder that the process gave."""
    write_sqlite(tmp_path / "subjects.sqlite", [ANA])
    options = {"path": "subjects.sqlite"}
    settings = IdentitySettings("sqlite", WINDOWS, None, (), options)
    directory = open_directory(settings, around(tmp_path))
    assert isinstance(directory, CachedDirectory)
    answers = [directory.get_subject("pilot-a", "ana") for _ in range(2)]
    assert all(isinstance(each, Subject) for each in answers)
    assert [getattr(each, "freshness", None) for each in answers] == ["fresh", "cached"]


def test_the_static_directory_needs_no_cache() -> None:
    """The desired state itself is as fresh as it gets."""
    settings = IdentitySettings("static", WINDOWS, None, (ANA,), {})
    directory = open_directory(settings, around())
    assert isinstance(directory, StaticDirectory)
    assert directory.get_subject("pilot-a", "ana") is ANA


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sqlite", {"path": "a", "mode": "rw"}),
        ("sqlite", {"path": 1}),
        ("sqlite", {}),
        ("http", {"url": "http://a", "verify": False}),
        ("http", {"url": "http://a", "token_env": "UNSET"}),
        ("postgres", {"dsn": "host=db password=secret"}),
        ("postgres", {"dsn_env": ""}),
    ],
)
def test_options_that_do_not_fit_are_refused(
    name: str, options: dict[str, str]
) -> None:
    """An unknown one might be a restriction that somebody believes in."""
    with pytest.raises(UsageError):
        open_backend(name, Setup(options, 1.0, around()))
