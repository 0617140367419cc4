"""The example directories of checks: a good base, and what each example changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from companyos.digests import JSONValue

CASES = Path(__file__).parent / "cases" / "checks"
TODAY = date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Expected:
    """The finding a bad example must give; `also` are checks that fail with it."""

    check: str
    file: str
    line: int
    column: int
    without: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


def names() -> list[str]:
    """Return the checks that have examples."""
    return sorted(
        path.parents[1].relative_to(CASES).as_posix()
        for path in CASES.glob("*/*/bad/expected.yaml")
    )


def base() -> dict[str, bytes]:
    """Return the files that all examples start from."""
    return _files(CASES / "base")


def good(check: str) -> dict[str, bytes]:
    """Return a desired state which does what the check asks for."""
    return {**base(), **_files(CASES / check / "good")}


def bad(check: str) -> tuple[dict[str, bytes], Expected]:
    """Return a desired state with one mistake, and the finding it must give."""
    folder = CASES / check / "bad"
    told = yaml.safe_load((folder / "expected.yaml").read_bytes())
    expected = _expected(told)
    files = {**base(), **_files(folder)}
    for path in expected.without:
        del files[path]
    return files, expected


def _expected(told: Mapping[str, JSONValue]) -> Expected:
    without, also = told.get("without", []), told.get("also", [])
    assert isinstance(without, list)
    assert isinstance(also, list)
    return Expected(
        check=str(told["check"]),
        file=str(told["file"]),
        line=int(str(told["line"])),
        column=int(str(told["column"])),
        without=tuple(map(str, without)),
        also=tuple(map(str, also)),
    )


def _files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "config").rglob("*"))
        if path.is_file()
    }
