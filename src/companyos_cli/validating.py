"""Checking a work tree's desired state, and what of it a command reports."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from companyos.config.sources import Sources
from companyos.errors import InvalidStateError
from companyos.findings import Finding
from companyos_cli.console import Answer
from companyos_cli.looking import Effort, look
from companyos_cli.render.report import TextOf
from companyos_cli.reporting import Found, Telling, answer_of, report_of
from companyos_cli.scoping import within
from companyos_cli.watching import runs
from companyos_cli.wiring import Workspace

FIXES_MAX = 500
"""Findings of which it is worked out how they can be mended; that takes time."""


class Asked(NamedTuple):
    """What to look at, how hard, and how to tell it."""

    paths: Sequence[Path]
    effort: Effort
    telling: Telling
    today: date


def check(workspace: Workspace, asked: Asked) -> Answer:
    """Return everything that is wrong, in the whole state or in the named paths.

    Raises:
        UsageError: a named path is not there, or not in the repository.
    """
    wanted = within(asked.paths, root=workspace.root)
    found, text_of = _found(workspace, asked)
    report = report_of(found, asked.telling, wanted, root=workspace.root)
    answer = answer_of(report, asked.telling, text_of)
    fixes = [each.fix for each in report.findings if each.fix is not None]
    if not fixes:
        return answer
    words = "" if any(fix.safe for fix in fixes) else " --unsafe"
    return answer._replace(next_step=f"companyos fix{words} --diff")


def run(workspace: Workspace, asked: Asked, *, watch: bool) -> None:
    """Answer once and leave, or again at each change until somebody interrupts."""
    session = workspace.session
    if not watch:
        session.finish(check(workspace, asked))
    for _ in runs(workspace.root):
        session.console.show(check(workspace, asked), session.output)
        session.console.note("watching `config/`; Ctrl-C ends")
        gc.collect()  # a single run does without; this one does not end


def _found(workspace: Workspace, asked: Asked) -> tuple[Found, TextOf]:
    try:
        looked = look(workspace, asked.effort, today=asked.today)
    except InvalidStateError as error:
        return Found(error.findings), _no_text
    found = Found(
        _with_fixes(looked.findings, looked.sources),
        looked.suppressed,
        looked.preferences,
        is_whole=asked.effort.against is None,
    )
    return found, looked.text


def _with_fixes(findings: tuple[Finding, ...], sources: Sources) -> tuple[Finding, ...]:
    """Return the findings, the first of them with how they can be mended."""
    if not findings:
        return ()
    from companyos.config.fixes.registry import with_fixes

    first, rest = findings[:FIXES_MAX], findings[FIXES_MAX:]
    return (*with_fixes(first, sources), *rest)


def _no_text(_path: str) -> str:
    return ""
