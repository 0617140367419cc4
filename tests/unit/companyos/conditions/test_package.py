"""What importing the package costs, and that every name it promises is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from companyos import conditions


@pytest.mark.parametrize("name", conditions.__all__)
def test_every_public_name_is_found(name: str) -> None:
    """Names that are loaded late are the ones that are promised."""
    assert getattr(conditions, name) is not None


def test_any_other_name_is_an_error() -> None:
    """A misspelt name fails as it does in any module."""
    with pytest.raises(AttributeError, match="evaluated"):
        _ = conditions.evaluated  # type: ignore[attr-defined] # that is the point


@pytest.mark.parametrize(
    ("statement", "loaded"),
    [
        ("from companyos.conditions import ConditionError, Value", {"values"}),
        (
            "from companyos.conditions import compile_condition",
            {"closures", "interpreter", "runtime", "tree", "values"},
        ),
    ],
)
def test_only_what_is_asked_for_is_loaded(statement: str, loaded: set[str]) -> None:
    """Whoever handles errors and values does not wait for trees and compilers."""
    probe = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, check=True, text=True
    )
    prefix = "companyos.conditions."
    modules = {name for name in done.stdout.split() if name.startswith(prefix)}
    assert modules == {prefix + name for name in loaded}
