"""From the log to bytes: the compiled desired state that a stage carries.

Nothing compiled is stored. It is made again from the commits that the log names, and
must have the digests that were signed; otherwise there is no answer but a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companyos.config.composition import composed
from companyos.config.sources import Sources
from companyos.digests import digest_of
from companyos.errors import IntegrityError
from companyos.releases.composition import component_subject
from companyos.releases.entries import COMPONENTS, Content, Part
from companyos.releases.state import LogState
from companyos_cli.wiring import Workspace


@dataclass
class DesiredStates:
    """Compiles what releases carry, reading each commit once."""

    workspace: Workspace
    state: LogState

    def __post_init__(self) -> None:
        self._by_commit: dict[str, Sources] = {}

    def sources_of(self, content: Content) -> Sources:
        """Return the desired state's files that a composed content is made of."""
        return composed(
            {part: self._sources(content.versions[part]) for part in COMPONENTS}
        )

    def compiled(self, content: Content) -> Mapping[Part, bytes]:
        """Return each component's bytes, as signed.

        Raises:
            InvalidStateError: the parts do not fit together.
            IntegrityError: the bytes are not those that were signed.
        """
        from companyos.config.compile import compile_state

        components = compile_state(self.sources_of(content)).components
        for part in COMPONENTS:
            signed = content.digests[component_subject(part)]
            made = digest_of(components[part])
            if made != signed:
                raise IntegrityError(
                    f"`{part}` of release `{content.versions[part]}` compiles to "
                    f"{made}, and {signed} was signed",
                    hint="the release was built by another version of companyos, or "
                    "its commit is not what it was",
                )
        return components

    def _sources(self, version: str) -> Sources:
        commit = self.state.releases[version].release.source.commit
        if commit not in self._by_commit:
            self._by_commit[commit] = self.workspace.sources_at(commit)
        return self._by_commit[commit]
