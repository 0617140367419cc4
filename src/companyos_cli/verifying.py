"""Holding a release against what it was signed as: its commit and its files."""

from __future__ import annotations

from companyos.errors import IntegrityError
from companyos.releases.composition import whole
from companyos.releases.gates import ArtifactCheck
from companyos.releases.state import LogState, RecordedRelease
from companyos_cli import artifacts
from companyos_cli.console import Answer, Paint, Role
from companyos_cli.desired import DesiredStates
from companyos_cli.render.tables import fields
from companyos_cli.wiring import Workspace

_WORDS = {
    ArtifactCheck.MATCHES: "the file that was released",
    ArtifactCheck.ABSENT: "not at hand; the log pins its digest",
}


def verify_release(
    workspace: Workspace, state: LogState, recorded: RecordedRelease
) -> Answer:
    """Return what held.

    Raises:
        IntegrityError: something did not.
    """
    release = recorded.release
    DesiredStates(workspace, state).compiled(whole(release))
    checks = artifacts.evidence(release, state, root=workspace.root).artifacts
    wrong = [name for name in checks if checks[name] is ArtifactCheck.DIFFERS]
    if wrong:
        artifact = release.artifacts[wrong[0]]
        raise IntegrityError(
            f"artifact `{artifact.name}` is not what release {release.version} signed: "
            f"`{artifact.uri}` must have {artifact.digest}",
            hint="get the released file back; nothing that differs from it may run",
        )

    def text(paint: Paint) -> str:
        rows = [
            ("signature", f"entry {recorded.index}, by {recorded.actor}"),
            ("components", "compiled again from the commit: the same bytes"),
            *((f"artifact {name}", _WORDS[found]) for name, found in checks.items()),
        ]
        head = f"release {release.version} {paint('holds', Role.SUCCESS)}"
        return f"{head}\n{fields(rows, paint=paint)}"

    return Answer(
        text=text,
        document={
            "schema": "companyos.release-verification/v1",
            "version": release.version,
            "entry": recorded.index,
            "components": "match",
            "artifacts": dict(checks),
        },
    )
