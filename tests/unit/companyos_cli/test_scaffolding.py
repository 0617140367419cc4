"""What a new repository starts with."""

from __future__ import annotations

import json
from datetime import date

import yaml

from companyos.config.editor_settings import editor_settings
from companyos.config.governing import stages_of, trust_of
from companyos.config.kinds import KINDS, schema_file
from companyos.config.load import load
from companyos.findings import Severity
from companyos.signing import generate_key
from companyos.signing.keys import public_key_text
from companyos_cli import scaffolding


def test_the_example_is_valid_and_without_a_warning() -> None:
    """Nobody's first `validate --strict` answers no."""
    loaded = load(scaffolding.files(), today=date(2026, 12, 1))
    wrong = [each for each in loaded.findings if each.severity is not Severity.INFO]
    assert wrong == []


def test_the_example_has_the_three_tenants() -> None:
    """They must answer differently, so all of them are in the example."""
    tenants = {
        path.removeprefix("config/tenants/").removesuffix(".yaml")
        for path in scaffolding.files()
        if path.startswith("config/tenants/")
    }
    assert tenants == {"internal", "pilot-a", "pilot-b"}


def test_the_owners_key_and_the_logs_branch_are_put_in() -> None:
    """And nothing else is changed."""
    key = public_key_text(generate_key())
    found = scaffolding.for_owner(key, log_branch="releases")
    assert trust_of(found).signers["owner"].public_key == key
    assert stages_of(found).log.branch == "releases"
    changed = {
        path for path, data in scaffolding.files().items() if found[path] != data
    }
    assert changed == {"config/signers.yaml", "config/stages.yaml"}


def test_every_file_tells_editors_its_schema() -> None:
    """The first line of each leads to a schema beside it."""
    for path, data in scaffolding.files().items():
        first = data.decode().splitlines()[0]
        up = "../" * (path.count("/"))
        assert first.startswith(f"# yaml-language-server: $schema={up}schemas/"), path
        assert yaml.safe_load(data), path


def test_editors_are_told_the_schema_of_every_kind() -> None:
    """Also of those that the example has no file of."""
    mapped = json.loads(editor_settings())["yaml.schemas"]
    assert set(mapped) == {f"./schemas/{schema_file(kind)}" for kind in KINDS}
