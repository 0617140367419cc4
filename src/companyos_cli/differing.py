"""Comparing two desired states: commits, the work tree, or what a stage carries.

A state that breaks an invariant is compared all the same: whoever is told by `validate`
that somebody may too much wants to see who else may what.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

import typer

from companyos.config.compile import compile_state
from companyos.config.kinds import KINDS, Kind
from companyos.config.sources import Sources
from companyos.diff import StateDiff, compare
from companyos.errors import InvalidStateError, UsageError
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot
from companyos_cli.console import Answer
from companyos_cli.exits import ExitStatus
from companyos_cli.governed import remarks_on_files
from companyos_cli.placing import Placing
from companyos_cli.render.diff_forms import Form
from companyos_cli.render.diff_json import diff_json
from companyos_cli.render.diff_markdown import diff_markdown
from companyos_cli.render.diff_text import diff_text
from companyos_cli.session import Session
from companyos_cli.snapshots import Which, snapshot_of
from companyos_cli.wiring import Workspace

INVARIANTS = KINDS[Kind.INVARIANTS].path


@dataclass(frozen=True, slots=True)
class Compared:
    """What is compared with what, and how both are called."""

    base: Which
    head: Which
    base_name: str
    head_name: str

    @classmethod
    def of(cls, base: str | None, head: str | None, stage: str | None) -> Compared:
        """Return what the words of the command line mean.

        With a stage, which is the base, the first word is the head.

        Raises:
            UsageError: there is no base, or more than one, or one word names both.
        """
        for word in (base, head):
            _refuse_range(word)
        if stage is not None and head is not None:
            raise UsageError(
                "name a BASE or a `--stage`, not both",
                hint=f"`companyos diff --stage {stage} {head}` compares with the stage",
            )
        if stage is None and base is None:
            raise UsageError(
                "there is nothing to compare with",
                hint="name a commit, such as `companyos diff origin/main`, "
                "or `--stage STAGE`",
            )
        if stage is not None:
            head, base = base, None
        return cls(
            Which(base, stage),
            Which(head, None),
            f"stage {stage}" if stage is not None else str(base),
            head or "the work tree",
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison, ready to be shown in any form."""

    diff: StateDiff
    compared: Compared
    status: ExitStatus


def answer_for(
    workspace: Workspace, compared: Compared, *, now: datetime, exit_code: bool
) -> Told:
    """Return what a change does.

    Raises:
        UsageError: there is no such commit or stage.
        InvalidStateError: one of the desired states has errors.
    """
    base, head = (_sources(workspace, each) for each in (compared.base, compared.head))
    before = _snapshot(workspace, compared.base, base)
    after = _snapshot(workspace, compared.head, head)
    found = compare(before, after, now=now)
    if base is not None and head is not None:
        remarks = (*found.remarks, *remarks_on_files(base, head))
        found = replace(found, remarks=remarks)
    found = Placing(base, head).placed(found)
    # What is not proved may be an effect, and what is unknown never passes.
    no = exit_code and (found.has_effect or not found.is_exact)
    return Told(found, compared, ExitStatus.NO if no else ExitStatus.YES)


def _refuse_range(word: str | None) -> None:
    """Refuse `BASE..HEAD`, which Git takes and no commit is called."""
    if word is None or ".." not in word:
        return
    base, _, head = word.partition("..")
    named = f"{base or 'HEAD'} {head.removeprefix('.') or 'HEAD'}"
    raise UsageError(
        f"`{word}` is a range and names no commit",
        hint=f"write `companyos diff {named}`",
    )


def _snapshot(workspace: Workspace, which: Which, sources: Sources | None) -> Snapshot:
    if sources is None:
        return snapshot_of(workspace, which)
    unproved = {path: sources[path] for path in sources if path != INVARIANTS}
    try:
        components = compile_state(unproved).components
    except InvalidStateError as error:
        if which.ref is None:
            raise
        raise _invalid_at(which.ref, sources, error) from error
    return Snapshot.load(
        tenants=components[Part.TENANTS],
        policies=components[Part.POLICIES],
        flags=components[Part.FLAGS],
    )


def _sources(workspace: Workspace, which: Which) -> Sources | None:
    """Return the files of a desired state; a stage carries what is compiled of them."""
    if which.stage is not None:
        return None
    if which.ref is None:
        return workspace.sources
    return workspace.sources_at(workspace.store.resolve(which.ref))


def _invalid_at(
    ref: str, sources: Sources, error: InvalidStateError
) -> InvalidStateError:
    """Return the error about a commit, of which `validate` here knows nothing."""
    first, more = error.findings[0], len(error.findings) - 1
    file = first.place.file
    told = f"{first.place}: {first.message}" + (f" (and {more} more)" if more else "")
    shown_by = f"; `git show {ref}:{file}` shows the file" if file in sources else ""
    return InvalidStateError(
        f"the desired state of `{ref}` has errors: {told}",
        error.findings,
        hint=f"name another commit{shown_by}",
    )


def shown(told: Told, session: Session, form: Form) -> NoReturn:
    """Show a comparison and leave with its status."""
    names = (told.compared.base_name, told.compared.head_name)
    if form is Form.MARKDOWN:
        session.console.write_plain(diff_markdown(told.diff, names))
        raise typer.Exit(told.status)
    session.finish(
        Answer(
            text=lambda paint: diff_text(told.diff, names, paint),
            document=diff_json(told.diff, names),
            status=told.status,
        )
    )
