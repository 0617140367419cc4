"""The manifest binds the files of a stage's directory to their digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

import desired_states as states
from companyos.digests import JSONObject, JSONValue, canonical_json, strict_json
from companyos.errors import IntegrityError
from companyos.snapshot import (
    Artifacts,
    Component,
    LogPosition,
    Manifest,
    Snapshot,
    read_manifest,
    verify_bundle,
)

DOCUMENTS = {
    "tenants": canonical_json(states.tenants_document()),
    "policies": canonical_json(states.policies_document()),
    "flags": canonical_json(states.flags_document()),
}
LOADED = Snapshot.load(**DOCUMENTS)
MANIFEST = Manifest(
    stage="pilot",
    root=LOADED.root,
    log=LogPosition("companyos.example/log", 7, "ab" * 32, 6),
    components={n: Component("1.0.0", d) for n, d in LOADED.components.items()},
    artifacts=Artifacts("1.0.0", {"settings": "sha256:" + "1" * 64}),
)


def test_a_manifest_survives_being_written_and_read() -> None:
    """Its bytes are canonical, and read back as the same value."""
    data = MANIFEST.to_bytes()
    assert read_manifest(data) == MANIFEST
    assert canonical_json(strict_json(data)) == data


def test_the_named_documents_load() -> None:
    """The snapshot has the root that the manifest names."""
    assert verify_bundle(MANIFEST, **DOCUMENTS).root == MANIFEST.root


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_one_other_byte_is_refused(name: str) -> None:
    """A document that means the same, but is not the named bytes, is refused."""
    changed = {**DOCUMENTS, name: DOCUMENTS[name] + b"\n"}
    with pytest.raises(IntegrityError, match=name):
        verify_bundle(MANIFEST, **changed)


def test_a_component_of_another_release_is_refused() -> None:
    """An older document in a newer directory does not load (roll-back by file)."""
    older = {**states.tenants_document({"pilot-a": states.tenant()})}
    with pytest.raises(IntegrityError, match=r"tenants\.json"):
        verify_bundle(MANIFEST, **{**DOCUMENTS, "tenants": canonical_json(older)})


def test_a_root_of_other_components_is_refused() -> None:
    """The root must be that of the components, however the manifest came about."""
    wrong = replace(MANIFEST, root="sha256:" + "0" * 64)
    with pytest.raises(IntegrityError, match="root"):
        verify_bundle(wrong, **DOCUMENTS)
    with pytest.raises(IntegrityError, match="root"):
        read_manifest(wrong.to_bytes())


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "companyos.bundle/v2"},
        {"stage": "Pilot"},
        {"root": "ab" * 32},
        {"log": {"origin": "o", "size": -1, "root": "", "entry": 0}},
        {"log": {"origin": "o", "size": True, "root": "", "entry": 0}},
        {"components": {}},
        {"artifacts": {"release": "1.0.0", "digests": {"settings": "latest"}}},
        {"surprise": 1},
    ],
    ids=repr,
)
def test_a_wrong_field_is_refused(change: JSONObject) -> None:
    """Nothing is guessed about a directory."""
    value: JSONValue = strict_json(MANIFEST.to_bytes())
    assert isinstance(value, Mapping)
    with pytest.raises(IntegrityError):
        read_manifest(canonical_json({**value, **change}))
