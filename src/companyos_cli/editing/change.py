"""A planned change of files: shown as a diff, checked whole, written file by file.

Nothing is written that brings a mistake, and nothing over a file that has changed since
it was read. Each file is replaced in one step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from companyos.config.edits.rewrite import Rewrite, UnprovenError, rewritten_files
from companyos.config.judging import State, brought
from companyos.config.sources import read_folder
from companyos.errors import ContentionError, UsageError
from companyos.findings import Severity
from companyos_cli.console import Answer
from companyos_cli.ledger import write_whole
from companyos_cli.render import edits
from companyos_cli.session import Session
from companyos_cli.wiring import Workspace


def _nothing_more(_state: State) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: files with their new bytes, None for one to delete.

    `rewrites` are made as well; `next_step` is what a person would run afterwards.
    `effects` says of the state that comes of it what a diff does not show.
    """

    title: str
    files: Mapping[str, bytes | None]
    rewrites: tuple[Rewrite, ...] = ()
    next_step: str = "companyos validate"
    effects: Callable[[State], Sequence[str]] = _nothing_more


@dataclass(frozen=True, slots=True)
class Orders:
    """How far to go."""

    yes: bool
    dry_run: bool


def written_rewrite(rewrite: Rewrite | None, file: str) -> Rewrite:
    """Return a rewrite that there must be.

    Raises:
        UsageError: the file is written in a way that cannot be edited by command.
    """
    if rewrite is None:
        raise UsageError(
            f"`{file}` is written in a way that this command cannot edit",
            hint="change the file by hand",
        )
    return rewrite


def carry_out(session: Session, state: State, plan: Plan, orders: Orders) -> Answer:
    """Show a plan, ask, and write it, as far as the orders and the checks let it go."""
    files = new_files(state, plan)
    after = state.with_files(files) if files else state
    changes = edits.file_changes(state.sources, files)
    shown = edits.Shown(plan.title, changes, tuple(plan.effects(after)))
    if not files:
        return edits.unchanged(shown)
    wrong = [
        each
        for each in brought(state, after, plan.rewrites)
        if each.severity is Severity.ERROR
    ]
    session.console.plan(lambda paint: edits.plan_text(shown, paint))
    if wrong:
        return edits.refused(shown, wrong, after.loaded.text)
    if orders.dry_run:
        return edits.dry_run(shown)
    if not orders.yes and not session.console.agrees("Go on?"):
        return edits.declined(shown)
    write(Workspace.of(session).root, state.sources, files)
    return edits.done(shown, next_step=plan.next_step)


def new_files(state: State, plan: Plan) -> dict[str, bytes | None]:
    """Return the files that a plan changes, with what they become.

    Raises:
        UsageError: an edit would change more than it should.
    """
    try:
        made = rewritten_files(state.sources, plan.rewrites)
    except UnprovenError as error:
        raise UsageError(
            f"the file cannot be edited by command: {error}",
            hint="change the file by hand",
        ) from error
    files: dict[str, bytes | None] = {**made, **plan.files}
    return {
        path: data for path, data in files.items() if data != state.sources.get(path)
    }


def write(
    root: Path, before: Mapping[str, bytes], files: Mapping[str, bytes | None]
) -> None:
    """Write files below `root`, if they are what they were when they were read.

    Raises:
        ContentionError: one of them is not.
    """
    _refuse_changed(root, before, files)
    for path, data in sorted(files.items()):
        if data is None:
            (root / path).unlink()
        else:
            write_whole(root / path, data)


def _refuse_changed(
    root: Path, before: Mapping[str, bytes], files: Iterable[str]
) -> None:
    now = read_folder(root)
    for path in files:
        if now.get(path) != before.get(path):
            raise ContentionError(
                f"`{path}` changed while this command ran; nothing was written",
                hint="run the command again",
            )
