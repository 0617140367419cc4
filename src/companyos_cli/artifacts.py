"""Artifacts as they are given on the command line and found on disk.

A file is opened once and hashed as it is read, so that what was hashed is what was
there; symbolic links are not followed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Container, Mapping, Sequence
from pathlib import Path, PurePosixPath

from companyos.errors import UsageError
from companyos.releases.entries import Artifact, Release
from companyos.releases.gates import ArtifactCheck, Evidence
from companyos.releases.state import LogState
from companyos.tenants import is_id

CHUNK_BYTES = 1 << 20
FILE = "file:"
OCI = "oci:"
_OCI = re.compile(r"oci:[a-z0-9][a-zA-Z0-9._/:-]*@(sha256:[0-9a-f]{64})").fullmatch


def parse(words: Sequence[str], *, root: Path) -> Mapping[str, Artifact]:
    """Return the artifacts named by `NAME=PATH` and `NAME=oci:REF@sha256:…` words.

    Raises:
        UsageError: a word of another form, a name twice, or no such file.
    """
    found: dict[str, Artifact] = {}
    for word in words:
        name, equals, where = word.partition("=")
        if not equals or not is_id(name) or not where:
            raise UsageError(
                f"`{word}` is not an artifact",
                hint="write NAME=PATH or NAME=oci:REF@sha256:DIGEST",
            )
        if name in found:
            raise UsageError(f"artifact `{name}` is named twice")
        found[name] = _artifact(name, where, root=root)
    return found


def evidence(release: Release, state: LogState, *, root: Path) -> Evidence:
    """Return what hashing the release's artifacts, as far as at hand, came to."""
    signed = {
        (artifact.name, artifact.digest)
        for recorded in state.releases.values()
        for artifact in recorded.release.artifacts.values()
    }
    return Evidence(
        artifacts={
            name: check(
                artifact,
                root=root,
                others={digest for known, digest in signed if known == name},
            )
            for name, artifact in release.artifacts.items()
        }
    )


def check(
    artifact: Artifact, *, root: Path, others: Container[str] = ()
) -> ArtifactCheck:
    """Hash an artifact where it was when it was released, if it still is there.

    Builds write to one place again and again: a file that is one of `others`, the
    digests other releases signed, took its place and says nothing about it.
    """
    if not artifact.uri.startswith(FILE):
        return ArtifactCheck.ABSENT
    path = root / artifact.uri.removeprefix(FILE)
    # The place is what the log says, and a log must not make us read just anything.
    if not path.resolve().is_relative_to(root.resolve()):
        return ArtifactCheck.ABSENT
    if not path.is_file() or path.is_symlink():
        return ArtifactCheck.ABSENT
    digest, _ = hash_file(path)
    if digest == artifact.digest:
        return ArtifactCheck.MATCHES
    return ArtifactCheck.ABSENT if digest in others else ArtifactCheck.DIFFERS


def hash_file(path: Path) -> tuple[str, int]:
    """Return a file's digest and its size in bytes.

    Raises:
        UsageError: it cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(descriptor, "rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from error
    return f"sha256:{digest.hexdigest()}", size


def _artifact(name: str, where: str, *, root: Path) -> Artifact:
    if where.startswith(OCI):
        match = _OCI(where)
        if match is None:
            raise UsageError(
                f"`{where}` names no image by its digest",
                hint="write oci:REF@sha256: and 64 hexadecimal digits; a tag can move",
            )
        return Artifact(name, match.group(1), where)
    path = Path(where)
    digest, size = hash_file(path)
    return Artifact(name, digest, FILE + _relative(path, root), size)


def _relative(path: Path, root: Path) -> str:
    """Return where the file is: within the repository where it can be said so."""
    absolute = path.resolve()
    if absolute.is_relative_to(root):
        return str(PurePosixPath(absolute.relative_to(root)))
    return absolute.name
