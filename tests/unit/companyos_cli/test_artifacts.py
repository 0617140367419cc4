"""Artifacts: what may be named, what is hashed, and what is not followed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from companyos.errors import UsageError
from companyos.releases.entries import Artifact
from companyos.releases.gates import ArtifactCheck
from companyos_cli import artifacts

IMAGE = f"oci:registry.example/api@sha256:{'a' * 64}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file to release."""
    path = tmp_path / "dist" / "api.bin"
    path.parent.mkdir()
    path.write_bytes(b"released")
    return path


def digest(data: bytes) -> str:
    """Return the digest as it is written."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_file_is_named_by_its_digest_size_and_place(
    file: Path, tmp_path: Path
) -> None:
    """Within the repository the place is relative to it, so any clone finds it."""
    found = artifacts.parse([f"api={file}"], root=tmp_path)
    assert found == {
        "api": Artifact("api", digest(b"released"), "file:dist/api.bin", 8)
    }


def test_a_file_from_outside_is_named_without_its_folder(
    file: Path, tmp_path: Path
) -> None:
    """A path of one machine is no use in a log that others read."""
    found = artifacts.parse([f"api={file}"], root=tmp_path / "repository")
    assert found["api"].uri == "file:api.bin"


def test_an_image_is_pinned_by_its_digest(tmp_path: Path) -> None:
    """What cannot move needs no hashing here."""
    found = artifacts.parse([f"api={IMAGE}"], root=tmp_path)
    assert found["api"].digest == f"sha256:{'a' * 64}"
    assert found["api"].uri == IMAGE


@pytest.mark.parametrize(
    "word",
    [
        "api",
        "=dist/api.bin",
        "api=",
        "API=dist/api.bin",
        "../api=dist/api.bin",
        "api=oci:registry.example/api:latest",
        f"api=oci:registry.example/api@sha256:{'A' * 64}",
        f"api={IMAGE}0",
        f"api={IMAGE}\n",
        "api=dist",
        "api=dist/nowhere.bin",
    ],
)
def test_what_names_no_artifact_is_refused(
    file: Path, tmp_path: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that is none, a tag that moves, a folder, a file that is not there."""
    monkeypatch.chdir(tmp_path)
    assert file.exists()
    with pytest.raises(UsageError):
        artifacts.parse([word], root=tmp_path)


def test_a_name_is_given_once(file: Path, tmp_path: Path) -> None:
    """Which of the two would it be."""
    with pytest.raises(UsageError, match="named twice"):
        artifacts.parse([f"api={file}", f"api={IMAGE}"], root=tmp_path)


def test_a_symbolic_link_is_not_released(file: Path, tmp_path: Path) -> None:
    """What it leads to could be another file a moment later."""
    link = tmp_path / "link.bin"
    link.symlink_to(file)
    with pytest.raises(UsageError, match="cannot read"):
        artifacts.parse([f"api={link}"], root=tmp_path)


def test_a_link_put_in_the_files_place_is_not_followed(
    file: Path, tmp_path: Path
) -> None:
    """Where the released file was, a link to the same bytes proves nothing."""
    released = artifacts.parse([f"api={file}"], root=tmp_path)["api"]
    file.rename(tmp_path / "moved.bin")
    file.symlink_to(tmp_path / "moved.bin")
    assert artifacts.check(released, root=tmp_path) is ArtifactCheck.ABSENT


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"released", ArtifactCheck.MATCHES),
        (b"releasec", ArtifactCheck.DIFFERS),
        (b"", ArtifactCheck.DIFFERS),
        (None, ArtifactCheck.ABSENT),
    ],
)
def test_a_file_at_hand_is_hashed_again(
    file: Path, tmp_path: Path, data: bytes | None, expected: ArtifactCheck
) -> None:
    """The same bytes match, others differ, and what is gone is not at hand."""
    released = artifacts.parse([f"api={file}"], root=tmp_path)["api"]
    file.unlink()
    if data is not None:
        file.write_bytes(data)
    assert artifacts.check(released, root=tmp_path) is expected


def test_another_releases_file_in_its_place_is_not_a_forgery(
    file: Path, tmp_path: Path
) -> None:
    """Builds write to one place again: the older release is not at hand any more."""
    older = artifacts.parse([f"api={file}"], root=tmp_path)["api"]
    file.write_bytes(b"newer")
    newer = artifacts.parse([f"api={file}"], root=tmp_path)["api"]
    found = artifacts.check(older, root=tmp_path, others={newer.digest})
    assert found is ArtifactCheck.ABSENT
    file.write_bytes(b"forged")
    found = artifacts.check(older, root=tmp_path, others={newer.digest})
    assert found is ArtifactCheck.DIFFERS


def test_an_image_is_never_at_hand(tmp_path: Path) -> None:
    """Only its digest is known here."""
    image = artifacts.parse([f"api={IMAGE}"], root=tmp_path)["api"]
    assert artifacts.check(image, root=tmp_path) is ArtifactCheck.ABSENT


def test_a_recorded_place_never_leads_out_of_the_repository(tmp_path: Path) -> None:
    """What a log says of a place is somebody else's word."""
    root = tmp_path / "repository"
    root.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    for uri in ("file:../secret", f"file:{tmp_path / 'secret'}"):
        artifact = Artifact("api", digest(b"secret"), uri, 6)
        assert artifacts.check(artifact, root=root) is ArtifactCheck.ABSENT


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """A special file in an artifact's place is no file, and does not hang anything."""
    os.mkfifo(tmp_path / "pipe")
    artifact = Artifact("api", digest(b""), "file:pipe", 0)
    assert artifacts.check(artifact, root=tmp_path) is ArtifactCheck.ABSENT


def test_a_large_file_is_read_in_pieces(tmp_path: Path) -> None:
    """The digest is over all of them, and so is the size."""
    data = bytes(range(256)) * 4096 * 3 + b"end"
    path = tmp_path / "large.bin"
    path.write_bytes(data)
    assert artifacts.hash_file(path) == (digest(data), len(data))
