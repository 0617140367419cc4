"""The manifest of a stage's directory: which release, which digests, from which entry.

Services load a directory only through its manifest. The manifest itself is vouched for
by whoever wrote the directory from the release log; here its digests bind the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from companyos.digests import JSONValue, canonical_json, digest_of, strict_json
from companyos.documents import Fields, digest_at
from companyos.errors import IntegrityError
from companyos.snapshot.snapshot import COMPONENTS, Snapshot, root_of

SCHEMA = "companyos.bundle/v1"


@dataclass(frozen=True, slots=True)
class Component:
    """One compiled part, and the release it comes from."""

    release: str
    digest: str


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The digests of the service artifacts, by name, and their release."""

    release: str
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The release log as it was: its size and root, and the entry that decided."""

    origin: str
    size: int
    root: str
    entry: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a stage's directory holds."""

    stage: str
    root: str
    log: LogPosition
    components: Mapping[str, Component]
    artifacts: Artifacts

    def to_bytes(self) -> bytes:
        """Return the manifest's canonical JSON."""
        log, artifacts = self.log, self.artifacts
        components: dict[str, JSONValue] = {
            name: {"release": part.release, "digest": part.digest}
            for name, part in self.components.items()
        }
        return canonical_json(
            {
                "schema": SCHEMA,
                "stage": self.stage,
                "root": self.root,
                "log": {
                    "origin": log.origin,
                    "size": log.size,
                    "root": log.root,
                    "entry": log.entry,
                },
                "components": components,
                "artifacts": {
                    "release": artifacts.release,
                    "digests": dict(artifacts.digests),
                },
            }
        )


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest that `data` is.

    Raises:
        IntegrityError: if it has another shape, or its root is not that of its
            components.
    """
    keys = frozenset({"schema", "stage", "root", "log", "components", "artifacts"})
    fields = Fields(strict_json(data), "manifest", keys)
    fields.schema(SCHEMA)
    manifest = Manifest(
        stage=fields.identifier("stage"),
        root=fields.digest("root"),
        log=_log_position(fields),
        components=_components(fields),
        artifacts=_artifacts(fields),
    )
    if manifest.root != root_of(_digests(manifest)):
        raise IntegrityError("`manifest.root` is not the digest of its components")
    return manifest


def verify_bundle(
    manifest: Manifest, *, tenants: bytes, policies: bytes, flags: bytes
) -> Snapshot:
    """Return the snapshot of three documents that the manifest names.

    Raises:
        IntegrityError: if a document is not the one named, or cannot be loaded.
    """
    documents = {"tenants": tenants, "policies": policies, "flags": flags}
    for name, data in documents.items():
        if digest_of(data) != manifest.components[name].digest:
            raise IntegrityError(f"`{name}.json` is not what the manifest names")
    snapshot = Snapshot.load(tenants=tenants, policies=policies, flags=flags)
    if snapshot.root != manifest.root:
        raise IntegrityError("`manifest.root` is not the digest of its components")
    return snapshot


def _digests(manifest: Manifest) -> Mapping[str, str]:
    return {name: part.digest for name, part in manifest.components.items()}


def _log_position(fields: Fields) -> LogPosition:
    keys = frozenset({"origin", "size", "root", "entry"})
    log = Fields(fields["log"], fields.path("log"), keys)
    return LogPosition(
        log.text("origin"), log.whole("size"), log.text("root"), log.whole("entry")
    )


def _components(fields: Fields) -> Mapping[str, Component]:
    at = fields.path("components")
    parts = Fields(fields["components"], at, frozenset(COMPONENTS))
    keys = frozenset({"release", "digest"})
    read = {name: Fields(parts[name], f"{at}.{name}", keys) for name in COMPONENTS}
    return MappingProxyType(
        {
            name: Component(part.text("release"), part.digest("digest"))
            for name, part in read.items()
        }
    )


def _artifacts(fields: Fields) -> Artifacts:
    at = fields.path("artifacts")
    keys = frozenset({"release", "digests"})
    part = Fields(fields["artifacts"], at, keys)
    digests = {
        name: digest_at(value, f"{at}.digests.{name}")
        for name, value in part.table("digests").items()
    }
    return Artifacts(part.text("release"), MappingProxyType(digests))
