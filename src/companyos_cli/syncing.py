"""The pull agent: what a stage carries, brought to the folder that services load."""

from __future__ import annotations

from pathlib import Path

from companyos.errors import CompanyosError
from companyos_cli import wiring
from companyos_cli.carrying import Carried, carried
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.folders import write_bundle
from companyos_cli.ledger import Ledger
from companyos_cli.render.releases import content_text


def sync_once(
    workspace: wiring.Workspace, stage: str, folder: Path, *, offline: bool
) -> Answer:
    """Bring the folder to what the stage carries, and say what was done."""
    found = carried(Ledger(workspace), stage, offline=offline)
    changed = write_bundle(folder, found.manifest, found.components)
    return _answer(found, folder, changed=changed)


def keep(
    workspace: wiring.Workspace, stage: str, folder: Path, *, interval_seconds: float
) -> None:
    """Bring the folder to what the stage carries, again and again, until interrupted.

    A failure is told and changes nothing; the next round tries again.
    """
    console, output = workspace.session.console, workspace.session.output
    while True:
        try:
            # A fresh workspace each round: nothing read before is believed again.
            fresh = wiring.Workspace(workspace.root, workspace.session)
            console.show(sync_once(fresh, stage, folder, offline=False), output)
        except CompanyosError as error:
            console.complain(error, output)
        wiring.wait(interval_seconds)


def _answer(found: Carried, folder: Path, *, changed: bool) -> Answer:
    carries = content_text(found.content)

    def text(paint: Paint) -> str:
        done = paint("updated", Role.SUCCESS) if changed else "unchanged"
        return (
            f"{done}: {folder} has what {found.stage} carries: {carries} "
            f"(entry {found.stay.index})"
        )

    return Answer(
        text=text,
        document={
            "schema": "companyos.sync/v1",
            "stage": found.stage,
            "folder": str(folder),
            "changed": changed,
            "entry": found.stay.index,
            "root": found.manifest.root,
        },
    )
