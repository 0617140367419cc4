"""Mending the work tree's desired state: what `fix` and `validate --fix` do."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from companyos.config.mending import Done, Dropped, Mended, mend
from companyos.digests import JSONObject
from companyos.findings import Severity
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.editing.change import write
from companyos_cli.exits import ExitStatus
from companyos_cli.render import edits
from companyos_cli.render.forms import FindingsOutput
from companyos_cli.reporting import Found, answer_of, report_of
from companyos_cli.scoping import within
from companyos_cli.validating import Asked
from companyos_cli.wiring import Workspace

SCHEMA = "companyos.fix/v1"


@dataclass(frozen=True, slots=True)
class MendingOrders:
    """How far to go: `diff` shows and writes nothing."""

    unsafe: bool
    diff: bool


def mend_and_check(workspace: Workspace, asked: Asked, orders: MendingOrders) -> Answer:
    """Mend what can be mended, and return that with what is still wrong.

    Forms that are not ours hold what is left alone.

    Raises:
        UsageError: a named path is not there, or not in the repository.
        ContentionError: a file changed meanwhile; nothing is written then.
    """
    wanted = within(asked.paths, root=workspace.root)
    mended = mend(
        workspace.sources,
        today=asked.today,
        unsafe=orders.unsafe,
        choice=asked.telling.choice._replace(least=Severity.INFO),
        wanted=wanted,
    )
    if mended.files and not orders.diff:
        write(workspace.root, mended.before, mended.files)
    loaded = mended.state.loaded
    found = Found(loaded.findings, loaded.suppressed, loaded.preferences)
    report = report_of(found, asked.telling, wanted, root=workspace.root)
    left = answer_of(report, asked.telling, loaded.text)
    if asked.telling.form not in {FindingsOutput.TEXT, FindingsOutput.JSON}:
        return left
    return _answer(left, mended, orders, again=_command(asked, orders))


def _command(asked: Asked, orders: MendingOrders) -> str:
    """Return the command that mends what was shown, and nothing else."""
    choice = asked.telling.choice
    words = ["companyos", "fix", *(["--unsafe"] if orders.unsafe else [])]
    words += [word for each in choice.select for word in ("--select", each)]
    words += [word for each in choice.ignore for word in ("--ignore", each)]
    return shlex.join([*words, *map(str, asked.paths)])


def _answer(
    left: Answer, mended: Mended, orders: MendingOrders, *, again: str
) -> Answer:
    """Return the answer about what is left, after what was mended.

    Where a difference was asked for, there being one is a no, and `again` mends it.
    """
    changes = edits.file_changes(mended.before, mended.files)
    pending = orders.diff and bool(changes)

    def text(paint: Paint) -> str:
        parts = [
            edits.diff_text(changes, paint) if orders.diff else _done_text(mended),
            *map(_dropped_text, mended.dropped),
            _summary(mended, orders, paint),
            left.text(paint),
        ]
        return "\n".join(part for part in parts if part)

    return Answer(
        text,
        _document(mended, changes, left.document, orders),
        status=ExitStatus.NO if pending else left.status,
        next_step=again if pending else "",
    )


def _document(
    mended: Mended,
    changes: tuple[edits.FileChange, ...],
    left: JSONObject,
    orders: MendingOrders,
) -> JSONObject:
    return {
        **left,
        "schema": SCHEMA,
        "written": bool(changes) and not orders.diff,
        "files": edits.changes_document(changes),
        "fixed": [_fixed(each) for each in mended.done],
        "dropped": [{**_fixed(each), "reason": each.reason} for each in mended.dropped],
        "unsafe_left": mended.unsafe,
    }


def _fixed(each: Done | Dropped) -> JSONObject:
    place = each.finding.place
    return {
        "check": each.finding.check,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "title": each.proposal.title,
        "safe": each.proposal.safe,
    }


def _done_text(mended: Mended) -> str:
    return "\n".join(
        f"{each.finding.place}: {each.proposal.title} [{each.finding.check}]"
        for each in mended.done
    )


def _dropped_text(dropped: Dropped) -> str:
    place, title = dropped.finding.place, dropped.proposal.title
    return f"{place}: not done: {title}: {dropped.reason} [{dropped.finding.check}]"


def _summary(mended: Mended, orders: MendingOrders, paint: Paint) -> str:
    count, files = len(mended.done), len(mended.files)
    said = "nothing to mend"
    if count:
        verb = "would mend" if orders.diff else "mended"
        where = "1 file" if files == 1 else f"{files} files"
        said = f"{paint(verb, Role.SUCCESS)} {count} in {where}"
    if mended.unsafe:
        said += f"; {mended.unsafe} more with `--unsafe`"
    return said
