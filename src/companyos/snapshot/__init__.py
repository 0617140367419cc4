"""The compiled desired state: what services load, decisions read and drift compares."""

from companyos.snapshot.manifest import (
    Artifacts,
    Component,
    LogPosition,
    Manifest,
    read_manifest,
    verify_bundle,
)
from companyos.snapshot.snapshot import COMPONENTS, Snapshot

__all__ = [
    "COMPONENTS",
    "Artifacts",
    "Component",
    "LogPosition",
    "Manifest",
    "Snapshot",
    "read_manifest",
    "verify_bundle",
]
