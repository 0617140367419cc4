"""Checking a work tree's desired state, and what of it a command reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

from companyos.config.load import load
from companyos.errors import InvalidStateError, UsageError
from companyos.findings import Finding, Severity
from companyos_cli.console import Answer
from companyos_cli.exits import ExitStatus
from companyos_cli.render.findings_json import findings_json
from companyos_cli.render.findings_text import findings_text
from companyos_cli.wiring import Workspace

TextOf: TypeAlias = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What to report, and how much of it answers no."""

    paths: tuple[Path, ...]
    strict: bool
    exit_zero: bool


def check(workspace: Workspace, scope: Scope, *, today: date) -> Answer:
    """Return everything that is wrong, in the whole state or in the named paths.

    Raises:
        UsageError: a named path is not there, or not in the repository.
    """
    findings, text_of = _found(workspace, today)
    shown = _within(findings, scope.paths, root=workspace.root)
    return Answer(
        text=lambda paint: findings_text(shown, text_of, paint),
        document=findings_json(shown),
        status=ExitStatus.YES if scope.exit_zero else _status(shown, scope),
    )


def _status(findings: Sequence[Finding], scope: Scope) -> ExitStatus:
    counting = {Severity.ERROR}
    if scope.strict:
        counting.add(Severity.WARNING)
    wrong = any(each.severity in counting for each in findings)
    return ExitStatus.NO if wrong else ExitStatus.YES


def _within(
    findings: Sequence[Finding], paths: Sequence[Path], *, root: Path
) -> tuple[Finding, ...]:
    if not paths:
        return tuple(findings)
    names = [_name_in(path, root=root) for path in paths]
    return tuple(
        each
        for each in findings
        if any(
            each.place.file == name or each.place.file.startswith(f"{name}/")
            for name in names
        )
    )


def _name_in(path: Path, *, root: Path) -> str:
    absolute = path.resolve()
    if not absolute.exists():
        raise UsageError(f"there is no `{path}`")
    if not absolute.is_relative_to(root.resolve()):
        raise UsageError(f"`{path}` is not in the repository `{root}`")
    return absolute.relative_to(root.resolve()).as_posix()


def _found(workspace: Workspace, today: date) -> tuple[Sequence[Finding], TextOf]:
    try:
        loaded = load(workspace.sources, today=today)
    except InvalidStateError as error:
        return error.findings, _no_text
    return loaded.findings, loaded.text


def _no_text(_path: str) -> str:
    return ""
