"""Making a release: one commit's desired state, compiled, and the artifacts with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from companyos.config.compile import compile_state
from companyos.digests import digest_of
from companyos.errors import UsageError
from companyos.releases.appending import Draft, Settled
from companyos.releases.entries import COMPONENTS, Artifact, Release, Source
from companyos.releases.fields import is_version
from companyos.releases.state import LogState, RecordedRelease
from companyos_cli.wiring import CONFIG_FOLDER, Workspace


@dataclass
class Build:
    """One release in the making. The commit is resolved once, when first asked for."""

    workspace: Workspace
    version: str
    artifacts: Mapping[str, Artifact]
    notes: str
    revision: str = "HEAD"

    def __post_init__(self) -> None:
        if not is_version(self.version):
            raise UsageError(
                f"`{self.version}` is not a version",
                hint="write it as `1.4.0` or `1.4.0-rc.1`",
            )

    @cached_property
    def commit(self) -> str:
        """The commit that is released."""
        return self.workspace.store.resolve(self.revision)

    @cached_property
    def release(self) -> Release:
        """The release, compiled from the commit and nothing else.

        Raises:
            InvalidStateError: the desired state at the commit has errors.
        """
        components = compile_state(self.workspace.sources_at(self.commit)).components
        tree = self.workspace.store.tree_of(self.commit)
        return Release(
            version=self.version,
            source=Source(self.commit, tree),
            components={part: digest_of(components[part]) for part in COMPONENTS},
            artifacts=self.artifacts,
            notes=self.notes,
        )

    def require_clean(self) -> None:
        """Refuse to release something else than what the work tree shows.

        Raises:
            UsageError: `config/` has changes that are not committed.
        """
        changed = self.workspace.store.worktree_changes(CONFIG_FOLDER)
        if changed:
            raise UsageError(
                f"`{changed[0]}` has changes that are not committed"
                + (f", and {len(changed) - 1} more" if len(changed) > 1 else ""),
                hint="a release is made from a commit: commit them, or put them away",
            )

    def require_published(self, head: str | None) -> None:
        """Refuse a commit that others do not have, where the log is beside the source.

        Raises:
            UsageError: the commit is not in the history of the log's branch.
        """
        store = self.workspace.store
        if head is None or not store.files(head, (CONFIG_FOLDER,)):
            return
        if not store.contains(head, self.commit):
            branch = self.workspace.local_stages.log.branch
            raise UsageError(
                f"commit {self.commit[:12]} is not on `{branch}` yet",
                hint="push it first; only what was reviewed there is released",
            )

    def decide(
        self, state: LogState, _head: str | None
    ) -> Draft | Settled[RecordedRelease]:
        """Draft the entry, or find that this very release is recorded already.

        Raises:
            UsageError: the version is taken by another release.
        """
        recorded = state.releases.get(self.version)
        if recorded is None:
            return Draft(self.release)
        if recorded.release == self.release:
            return Settled(recorded)
        raise UsageError(
            f"version `{self.version}` is taken: entry {recorded.index} recorded it "
            f"from commit {recorded.release.source.commit[:12]}",
            hint="a release never changes; choose another version",
        )
