"""Who may import whom: the contracts, and what a service gets with the library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import sys
from importlib import import_module
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
package = import_module(sys.argv[2])
for name in package.__all__:
    getattr(package, name)
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(added - sys.stdlib_module_names - {"companyos"}))
"""

OFFERED = """
import importlib, pkgutil, sys, types
sys.path.insert(0, sys.argv[1])
package = importlib.import_module(sys.argv[2])
for module in pkgutil.iter_modules(package.__path__):
    importlib.import_module(f"{sys.argv[2]}.{module.name}")
for name in package.__all__:
    if isinstance(getattr(package, name), types.ModuleType):
        print(name)
"""
LAZY = ["companyos.authz", "companyos.conditions", "companyos.diff", "companyos.flags"]


@pytest.mark.parametrize("package", ["authz", "flags", "snapshot", "identity", "drift"])
def test_a_service_imports_the_standard_library_only(package: str, root: Path) -> None:
    """Not one of the names that services import brings in a third party's module."""
    probe = [
        sys.executable,
        "-I",
        "-c",
        PROBE,
        str(root / "src"),
        f"companyos.{package}",
    ]
    done = subprocess.run(probe, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.slow
def test_every_import_contract_holds(root: Path) -> None:
    """The contracts in pyproject.toml hold: imports point downwards only."""
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache", "--no-logo"],
        cwd=root,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", LAZY)
def test_no_module_hides_what_its_package_offers(package: str, root: Path) -> None:
    """Whichever modules were loaded before, each name is what it is offered as."""
    probe = [sys.executable, "-I", "-c", OFFERED, str(root / "src"), package]
    done = subprocess.run(probe, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
