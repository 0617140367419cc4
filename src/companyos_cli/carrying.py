"""What a stage carries, brought from the log to a folder that services load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companyos.errors import UsageError
from companyos.releases.composition import component_subject
from companyos.releases.eligibility import stage_named
from companyos.releases.entries import COMPONENTS, Content, Part
from companyos.releases.state import LogState, Occupation
from companyos.snapshot import Artifacts, Component, LogPosition, Manifest
from companyos.snapshot.snapshot import root_of
from companyos_cli.desired import DesiredStates
from companyos_cli.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Carried:
    """One stage's content, compiled and checked against what was signed."""

    stage: str
    stay: Occupation
    manifest: Manifest
    components: Mapping[Part, bytes]

    @property
    def content(self) -> Content:
        """What the stage carries."""
        return self.stay.content


def carried(ledger: Ledger, stage: str, *, offline: bool) -> Carried:
    """Return what a stage carries.

    Raises:
        UsageError: no such stage, or nothing is there yet.
    """
    verified = ledger.read_started(offline=offline)
    stage_named(ledger.stages_at(verified.head), stage)
    stay = verified.state.stage(stage).current
    if stay is None:
        raise UsageError(
            f"nothing is at `{stage}` yet",
            hint=f"`companyos promote VERSION --to {stage}` brings a release there",
        )
    components = DesiredStates(ledger.workspace, verified.state).compiled(stay.content)
    manifest = _manifest(stage, stay, verified.state)
    return Carried(stage, stay, manifest, components)


def _manifest(stage: str, stay: Occupation, state: LogState) -> Manifest:
    """Return what the folder says of itself. It names the log as it was right then.

    Naming the newest entry would make every entry about any stage a change of all.
    """
    content = stay.content
    components = {
        str(part): Component(
            content.versions[part], content.digests[component_subject(part)]
        )
        for part in COMPONENTS
    }
    artifacts = state.releases[content.versions[Part.ARTIFACTS]].release.artifacts
    return Manifest(
        stage=stage,
        root=root_of({name: each.digest for name, each in components.items()}),
        log=LogPosition(
            origin=state.origin or "",
            size=stay.index + 1,
            root=state.roots[stay.index],
            entry=stay.index,
        ),
        components=components,
        artifacts=Artifacts(
            release=content.versions[Part.ARTIFACTS],
            digests={name: each.digest for name, each in artifacts.items()},
        ),
    )
