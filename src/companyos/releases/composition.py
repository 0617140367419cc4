"""What a stage carries, put together from the releases its parts are from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from companyos.releases.entries import COMPONENTS, PARTS, Content, Part, Release


def compose(versions: Mapping[Part, str], releases: Mapping[str, Release]) -> Content:
    """Return the content whose parts are from the releases named in `versions`.

    Raises:
        KeyError: a part is missing, or names a release that is not in `releases`.
    """
    digests = {
        component_subject(part): releases[versions[part]].components[part]
        for part in COMPONENTS
    }
    for name, artifact in releases[versions[Part.ARTIFACTS]].artifacts.items():
        digests[artifact_subject(name)] = artifact.digest
    return Content(versions={part: versions[part] for part in PARTS}, digests=digests)


def whole(release: Release) -> Content:
    """Return the content that is all of one release."""
    return compose(all_from(release.version), {release.version: release})


def all_from(version: str) -> dict[Part, str]:
    """Return every part as coming from `version`."""
    return dict.fromkeys(PARTS, version)


def taken_back(
    versions: Mapping[Part, str], only: Sequence[Part], *, target: str
) -> dict[Part, str]:
    """Return `versions` with the parts in `only` (none named: all) from `target`."""
    return {**versions, **dict.fromkeys(only or PARTS, target)}


def left_behind(before: Mapping[Part, str], after: Mapping[Part, str]) -> list[str]:
    """Return the versions that some part leaves between two contents, sorted."""
    return sorted({before[part] for part in PARTS if before[part] != after[part]})


def component_subject(part: Part) -> str:
    """Return the file name a compiled component has in every statement."""
    return _COMPONENT_SUBJECTS[part]


def artifact_subject(name: str) -> str:
    """Return the name an artifact has in every statement."""
    return f"artifacts/{name}"


_COMPONENT_SUBJECTS = {part: f"{part}.json" for part in COMPONENTS}
