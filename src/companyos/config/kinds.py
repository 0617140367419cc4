"""The kinds of file in `config/`: which path is which, and its schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a file declares; the value names its schema."""

    TENANT = "tenant"
    POLICY = "policy"
    POLICY_TESTS = "policy-tests"
    FLAG = "flag"
    CATALOG = "catalog"
    STAGES = "stages"
    SIGNERS = "signers"
    REGIONS = "regions"
    IDENTITY = "identity"
    CHECKS = "checks"
    INVARIANTS = "invariants"


class FileKind(NamedTuple):
    """One kind. `folder` holds many of it; without one, `path` is the only file."""

    path: str = ""
    folder: str = ""
    id_key: str = ""
    ending: str = ".yaml"

    @property
    def depth(self) -> int:
        """Return how many folders below the repository its files are."""
        return (self.folder + self.path).count("/")


KINDS: Mapping[Kind, FileKind] = {
    Kind.TENANT: FileKind(folder="config/tenants/", id_key="tenant_id"),
    Kind.POLICY: FileKind(folder="config/policies/", id_key="bundle_id"),
    Kind.POLICY_TESTS: FileKind(
        folder="config/policies/", id_key="bundle_id", ending=".tests.yaml"
    ),
    Kind.FLAG: FileKind(folder="config/flags/", id_key="flag_id"),
    Kind.CATALOG: FileKind(path="config/catalog.yaml"),
    Kind.STAGES: FileKind(path="config/stages.yaml"),
    Kind.SIGNERS: FileKind(path="config/signers.yaml"),
    Kind.REGIONS: FileKind(path="config/regions.yaml"),
    Kind.IDENTITY: FileKind(path="config/identity.yaml"),
    Kind.CHECKS: FileKind(path="config/checks.yaml"),
    Kind.INVARIANTS: FileKind(path="config/invariants.yaml"),
}

_BY_PATH = {row.path: kind for kind, row in KINDS.items() if row.path}
_BY_FOLDER = {
    (row.folder, row.ending): kind for kind, row in KINDS.items() if row.folder
}
_IN_FOLDER = re.compile(r"(config/[a-z]+/)[^/.]+((?:\.tests)?\.yaml)").fullmatch


def kind_of_path(path: str) -> Kind | None:
    """Return the kind of the file at `path`, or None where no kind claims it."""
    if found := _IN_FOLDER(path):
        return _BY_FOLDER.get((found.group(1), found.group(2)))
    return _BY_PATH.get(path)


def stem_of(path: str) -> str:
    """Return the file's name without its ending: the id its content should have."""
    return path.rsplit("/", 1)[-1].removesuffix(".yaml").removesuffix(".tests")


def schema_file(kind: Kind) -> str:
    """Return the name of the kind's schema in `schemas/`."""
    return f"{kind}.schema.json"


def modeline(kind: Kind) -> str:
    """Return the line each file of the kind begins with, for editors."""
    up = "../" * KINDS[kind].depth
    return f"# yaml-language-server: $schema={up}schemas/{schema_file(kind)}"
