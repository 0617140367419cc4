"""A stage's bundle directory: written beside the one in use, then swapped in one step.

    DIR/versions/<entry>-<root digest>/{manifest,tenants,policies,flags}.json
    DIR/current -> versions/<entry>-<root digest>

A reader that follows `current` once sees one version whole. Older versions stay, so
that a reader in the middle of one, and a person who wants to look, still can.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from companyos.errors import UnavailableError, UsageError
from companyos.releases.entries import COMPONENTS, Part
from companyos.snapshot import Manifest
from companyos_cli.ledger import write_whole

VERSIONS = "versions"
CURRENT = "current"
MANIFEST = "manifest.json"
KEPT = 5
"""How many versions stay, the one in use included."""


def write_bundle(
    folder: Path, manifest: Manifest, components: Mapping[Part, bytes]
) -> bool:
    """Make `folder` carry this bundle; return whether anything changed.

    Raises:
        UsageError: what is to be the folder is something else.
        UnavailableError: it cannot be written; the version in use stays in use.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"`{folder}` is not a folder")
    current = folder / CURRENT
    version = folder / VERSIONS / _name(manifest)
    if current.is_symlink() and current.resolve() == version.resolve():
        return False
    try:
        _swap(folder, version, manifest, components)
    except OSError as error:
        raise UnavailableError(
            f"`{folder}` cannot be written: {error.strerror}",
            hint="services stay on the version in use; make room or access, run again",
        ) from error
    return True


def _swap(
    folder: Path, version: Path, manifest: Manifest, components: Mapping[Part, bytes]
) -> None:
    version.mkdir(parents=True, exist_ok=True)
    for part in COMPONENTS:
        write_whole(version / f"{part}.json", components[part])
    write_whole(version / MANIFEST, manifest.to_bytes())
    _point(folder / CURRENT, Path(VERSIONS) / version.name)
    _forget_oldest(folder)


def _name(manifest: Manifest) -> str:
    digest = manifest.root.removeprefix("sha256:")
    return f"{manifest.log.entry:08d}-{digest[:16]}"


def _point(link: Path, target: Path) -> None:
    """Make `link` lead to `target` in one step."""
    temporary = link.with_name(f".{link.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target, target_is_directory=True)
    temporary.replace(link)


def _forget_oldest(folder: Path) -> None:
    """Remove versions beyond the newest few, never the one in use."""
    used = (folder / CURRENT).resolve()
    versions = sorted(
        (folder / VERSIONS).iterdir(), key=lambda path: path.stat().st_mtime
    )
    for path in versions[:-KEPT]:
        if path.resolve() != used:
            shutil.rmtree(path)
