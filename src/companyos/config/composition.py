"""One desired state put together from the files of several commits.

Each compiled component has sources of its own, so a stage can carry the flags of one
release and the policies of another. What belongs to no component (stages, signers, …)
governs releases and does not move with them.
"""

from __future__ import annotations

from collections.abc import Mapping

from companyos.config.sources import Sources
from companyos.releases.entries import COMPONENTS, Part

_PART_PATHS = {
    Part.TENANTS: ("config/tenants/", "config/regions.yaml", "config/identity.yaml"),
    Part.POLICIES: ("config/policies/", "config/catalog.yaml"),
    Part.FLAGS: ("config/flags/",),
}


def part_of(path: str) -> Part | None:
    """Return the component that the file at `path` is a source of, if any."""
    for part, starts in _PART_PATHS.items():
        if path.startswith(starts):
            return part
    return None


def composed(sources: Mapping[Part, Sources]) -> Sources:
    """Return one desired state with each component's files from its own sources.

    Files of no component come from where the tenants come from, because what they are
    checked against (stages) is named there.
    """
    files = {
        path: data
        for part in COMPONENTS
        for path, data in sources[part].items()
        if part_of(path) is part
    }
    governing = sources[Part.TENANTS]
    files.update({p: data for p, data in governing.items() if part_of(p) is None})
    return files
