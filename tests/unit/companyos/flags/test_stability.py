"""Assignments stay: through reordering, hash seeds, rollbacks and growing shares."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import desired_states as states
from companyos.config.compile import compile_state
from companyos.config.sources import Sources, read_folder
from companyos.digests import JSONObject, digest_of_value
from companyos.flags import BUCKETINGS, evaluate
from companyos.identity.subjects import Subject
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[4]
SPLIT = """\
flag_id: export-page-size
description: A flag of three sizes.
owner: team-data
type: integer
variants: {VARIANTS}
default: small
rollout: {by: subject, weights: {WEIGHTS}}
"""
VARIANTS = ("small: 1", "middle: 2", "large: 3")
WEIGHTS = ("small: 30", "middle: 20", "large: 50")
FLAG = "config/flags/export-page-size.yaml"


def with_split(variants: tuple[str, ...], weights: tuple[str, ...]) -> dict[str, bytes]:
    """Return the repository's desired state with one flag written in this order."""
    text = SPLIT.replace("{VARIANTS}", "{%s}" % ", ".join(variants))  # noqa: UP031 - braces
    text = text.replace("{WEIGHTS}", "{%s}" % ", ".join(weights))  # noqa: UP031
    sources: Sources = read_folder(ROOT)
    return {**dict(sources), FLAG: text.encode()}


def snapshot_of(sources: dict[str, bytes]) -> Snapshot:
    """Return the snapshot that these files make."""
    components = compile_state(sources).components
    return Snapshot.load(
        tenants=components[Part.TENANTS],
        policies=components[Part.POLICIES],
        flags=components[Part.FLAGS],
    )


def assignments(snapshot: Snapshot, count: int) -> list[str | None]:
    """Return the variants of so many subjects."""
    attributes = {
        "department": "sales",
        "country": "DE",
        "employment_type": "employee",
    }
    return [
        evaluate(
            "export-page-size",
            snapshot,
            tenant_id="pilot-a",
            subject=Subject("pilot-a", f"user-{n}", frozenset({"Viewer"}), attributes),
            now=NOW,
        ).variant
        for n in range(count)
    ]


BEFORE = snapshot_of(with_split(VARIANTS, WEIGHTS))


@settings(max_examples=10, deadline=None)
@given(st.permutations(VARIANTS), st.permutations(WEIGHTS), st.randoms())
def test_no_order_of_keys_or_files_moves_anybody(
    variants: list[str], weights: list[str], chance: Random
) -> None:
    """The compiled bytes are the same, so every assignment is."""
    sources = list(with_split(tuple(variants), tuple(weights)).items())
    chance.shuffle(sources)
    assert snapshot_of(dict(sources)).components == BEFORE.components


def test_a_rollback_gives_everybody_back_what_they_had() -> None:
    """Nothing remembers: the same flags give ten thousand subjects the same again."""
    first = assignments(BEFORE, 10_000)
    moved = ("small: 60", "middle: 20", "large: 20")
    assert assignments(snapshot_of(with_split(VARIANTS, moved)), 10_000) != first
    again = snapshot_of(with_split(VARIANTS, WEIGHTS))
    assert digest_of_value(assignments(again, 10_000)) == digest_of_value(first)
    assert set(first) == {"small", "middle", "large"}


@pytest.mark.slow
def test_hash_seeds_move_nobody() -> None:
    """Another process, whose sets and dicts are ordered otherwise, agrees."""
    program = (
        "import sys, json; sys.path[:0] = json.loads(sys.argv[1]);"
        "import test_stability as t;"
        "print(t.digest_of_value(t.assignments(t.BEFORE, 1000)))"
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
    assert told == {digest_of_value(assignments(BEFORE, 1000)) + "\n"}


@pytest.mark.parametrize("bucketing", sorted(BUCKETINGS))
@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(["subject", "tenant"]))
@settings(max_examples=15, deadline=None)
def test_a_growing_share_keeps_everybody_it_has(
    bucketing: str, one: int, other: int, by: str
) -> None:
    """A cohort of 5 % lies within that of 25 %, with every bucketing."""
    less, more = (
        on_at(percent * 1000, by, bucketing) for percent in sorted((one, other))
    )
    assert less <= more


def on_at(weight: int, by: str, bucketing: str) -> set[tuple[str, str]]:
    """Return who is on at a share."""
    record: JSONObject = states.flag(
        rollout=states.share(weight, by), bucketing=bucketing
    )
    names = [f"t-{n}" for n in range(7)]
    tenants = {name: states.tenant(flags=("f",)) for name in names}
    snapshot = states.snapshot(tenants=tenants, flags={"f": record})
    found = set()
    for name in names:
        for n in range(10):
            who = states.subject(f"user-{n}", tenant_id=name)
            answer = evaluate("f", snapshot, tenant_id=name, subject=who, now=NOW)
            if answer.value is True:
                found.add((name, who.subject_id))
    return found


def test_a_named_order_of_shares_and_fractions_reach_the_evaluation() -> None:
    """What is moved here keeps its order; without one the names decide."""
    text = SPLIT.replace("type: integer", "type: number")
    text = text.replace("{VARIANTS}", "{small: 0.5, large: 2}")
    text = text.replace("{WEIGHTS}", "{small: 30, large: 70}, order: [small]")
    flags = snapshot_of({**dict(read_folder(ROOT)), FLAG: text.encode()}).flags.flags
    flag = flags["export-page-size"]
    assert flag.rollout is not None
    assert flag.rollout.weights == (("small", 30_000), ("large", 70_000))
    assert dict(flag.variants) == {"small": 0.5, "large": 2.0}
