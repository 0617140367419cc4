"""Decisions stay: through the order of files, rules and keys, and hash seeds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companyos.authz import Request, Resource, decide
from companyos.config.compile import compile_state
from companyos.config.sources import Sources, read_folder
from companyos.config.yaml_source import read
from companyos.digests import JSONValue, digest_of_value
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot

ROOT = Path(__file__).resolve().parents[4]
POLICY = "config/policies/pilot-standard.yaml"
RULE = """
  - id: {0}
    effect: {1}
    roles: [{2}]
    actions: ["dataset:export"]
    when: {3}
    reason: overlaps with others
"""
OVERLAPS = (
    ("zz-again", "allow", "Analyst", "subject.region == resource.data_region"),
    ("aa-again", "allow", "CompanyAdmin", "subject.region == resource.data_region"),
    ("no-sales", "deny", "Viewer", 'subject.attributes.department == "sales"'),
    ("no-us", "deny", "Viewer", 'resource.data_region == "us"'),
)


def with_overlaps(sources: Sources) -> Mapping[str, bytes]:
    """Return the repository's files with rules that meet at the same requests."""
    rules = "".join(RULE.format(*each) for each in OVERLAPS)
    return {**dict(sources), POLICY: sources[POLICY] + rules.encode()}


SOURCES = with_overlaps(read_folder(ROOT))
SETS = {"rules", "roles", "actions", "tags", "extends", "inherits", "subjects"}
"""Keys whose lists are sets: no order of theirs means anything."""


def snapshot_of(sources: Mapping[str, bytes]) -> Snapshot:
    """Return the snapshot that these files make."""
    components = compile_state(dict(sources)).components
    return Snapshot.load(
        tenants=components[Part.TENANTS],
        policies=components[Part.POLICIES],
        flags=components[Part.FLAGS],
    )


def decisions(snapshot: Snapshot) -> list[JSONValue]:
    """Return what every known subject may do, of each region and class."""
    told: list[JSONValue] = []
    for subject in snapshot.identity.subjects:
        for action, resource_type in snapshot.policies.catalog.actions.items():
            for region in ("eu", "us"):
                given_ = {"data_region": region, "classification": "internal"}
                attributes = given_ if resource_type == "dataset" else {}
                resource = Resource(resource_type, "r1", subject.tenant_id, attributes)
                request = Request(subject.tenant_id, subject, action, resource)
                found = decide(request, snapshot)
                who = f"{subject.subject_id}@{subject.tenant_id}"
                told.append([who, action, region, found.code, found.rule_id])
    return sorted(told, key=repr)


BEFORE = decisions(snapshot_of(SOURCES))


def turned(value: JSONValue, chance: Random, key: str = "") -> JSONValue:
    """Return the same with its keys, and its lists that are sets, in another order."""
    if isinstance(value, Mapping):
        keys = list(value)
        chance.shuffle(keys)
        return {name: turned(value[name], chance, name) for name in keys}
    if isinstance(value, list):
        items = [turned(item, chance) for item in value]
        if key in SETS:
            chance.shuffle(items)
        return items
    return value


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_no_order_of_files_rules_or_keys_changes_a_decision(seed: int) -> None:
    """Code and rule are the same, whoever asks; a JSON file is a YAML file."""
    chance = Random(seed)  # noqa: S311 - an order, not a secret
    sources: list[tuple[str, bytes]] = []
    for path, data in SOURCES.items():
        if path.startswith(("config/policies/", "config/catalog", "config/identity")):
            text = json.dumps(turned(read(path, data).value, chance))
            sources.append((path, text.encode()))
        else:
            sources.append((path, data))
    chance.shuffle(sources)
    assert decisions(snapshot_of(dict(sources))) == BEFORE


@pytest.mark.slow
def test_hash_seeds_change_no_decision() -> None:
    """Another process, whose sets are ordered otherwise, decides alike."""
    program = (
        "import sys, json; sys.path[:0] = json.loads(sys.argv[1]);"
        "import test_stability as t; print(t.digest_of_value(t.BEFORE))"
    )
    paths = [str(Path(__file__).parent), str(ROOT / "src"), str(ROOT / "tests")]
    told = {
        subprocess.run(
            [sys.executable, "-c", program, json.dumps(paths)],
            env={"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert told == {digest_of_value(BEFORE) + "\n"}
