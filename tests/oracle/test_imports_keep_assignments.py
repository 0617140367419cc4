"""Flags moved here: every subject has the variant that the product itself gives it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from companyos.config.compile import compile_state
from companyos.config.imported import Upkeep, imported
from companyos.config.sources import read_folder
from companyos.digests import JSONObject, JSONValue
from companyos.flags import evaluate
from companyos.identity.subjects import Subject
from companyos.releases.entries import Part
from companyos.snapshot import Snapshot

pytestmark = pytest.mark.oracle

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
TENANT = "config/tenants/pilot-a.yaml"
SUBJECTS = 10_000
ATTRIBUTES = {"department": "sales", "country": "DE", "employment_type": "employee"}

Ask = Callable[[str], object]


def moved(source: str, content: JSONValue) -> Callable[[str], object]:
    """Return what the repository answers after the file was imported into it."""
    (found,) = imported(source, content, Upkeep("team-data"))
    assert found.document is not None, found.reason
    flag_id = str(found.document["flag_id"])
    sources = dict(read_folder(ROOT))
    sources[f"config/flags/{flag_id}.yaml"] = json.dumps(found.document).encode()
    tenant = sources[TENANT].replace(
        b"[bulk-export,", f"[{flag_id}, bulk-export,".encode()
    )
    parts = compile_state({**sources, TENANT: tenant}).components
    snapshot = Snapshot.load(
        tenants=parts[Part.TENANTS],
        policies=parts[Part.POLICIES],
        flags=parts[Part.FLAGS],
    )

    def answer(key: str) -> object:
        subject = Subject("pilot-a", key, frozenset({"Viewer"}), ATTRIBUTES)
        return evaluate(
            flag_id, snapshot, tenant_id="pilot-a", subject=subject, now=NOW
        ).value

    return answer


def flagd_file() -> JSONValue:
    """Return a flag of flagd whose shares are not in the order of their names."""
    flag: JSONObject = {
        "state": "ENABLED",
        "variants": {"red": 1.5, "blue": 2, "ash": 3},
        "defaultVariant": "red",
        "targeting": {"fractional": [["red", 5], ["ash", 2], ["blue", 1]]},
    }
    return {"flags": {"Header_Colour": flag}}


@contextmanager
def flagd(content: JSONValue, _: Path) -> Iterator[Ask]:
    """Ask the core of flagd's own provider."""
    core = pytest.importorskip("openfeature.contrib.tools.flagd.core")
    context = pytest.importorskip("openfeature.evaluation_context")
    engine = core.FlagdCore()
    engine.set_flags(json.dumps(content))
    yield (
        lambda key: (
            engine.resolve_float_value(
                "Header_Colour", 0.0, context.EvaluationContext(key)
            ).value
        )
    )


def unleash_file() -> JSONValue:
    """Return a gradual rollout."""
    parameters: JSONObject = {
        "rollout": "37",
        "stickiness": "default",
        "groupId": "group-1",
    }
    strategy: JSONObject = {"name": "flexibleRollout", "parameters": parameters}
    feature: JSONObject = {
        "name": "Some.Feature",
        "enabled": True,
        "strategies": [strategy],
    }
    return {"version": 1, "features": [feature]}


@contextmanager
def unleash(content: JSONValue, _: Path) -> Iterator[Ask]:
    """Ask the engine of Unleash's clients."""
    yggdrasil = pytest.importorskip("yggdrasil_engine.engine")
    engine = yggdrasil.UnleashEngine()
    engine.take_state(json.dumps(content))
    yield lambda key: engine.is_enabled("Some.Feature", {"userId": key}).is_enabled


def growthbook_file() -> JSONValue:
    """Return an experiment whose default is the middle one."""
    rule: JSONObject = {
        "key": "exp-1",
        "variations": ["a", "b", "c"],
        "weights": [0.1, 0.2, 0.7],
        "hashVersion": 2,
        "hashAttribute": "id",
    }
    return {"features": {"text_size": {"defaultValue": "b", "rules": [rule]}}}


@contextmanager
def growthbook(content: JSONValue, _: Path) -> Iterator[Ask]:
    """Ask GrowthBook's own SDK."""
    library = pytest.importorskip("growthbook")
    assert isinstance(content, dict)
    sdk = library.GrowthBook(features=content["features"])

    def ask(key: str) -> object:
        sdk.set_attributes({"id": key})
        return sdk.get_feature_value("text_size", None)

    yield ask


def launchdarkly_file() -> JSONValue:
    """Return a rollout that names the last variation first."""
    variations: JSONValue = [
        {"variation": 2, "weight": 12_345},
        {"variation": 0, "weight": 67_655},
        {"variation": 1, "weight": 20_000},
    ]
    flag: JSONObject = {
        "key": "Menu.Style",
        "version": 1,
        "on": True,
        "salt": "5f3a",
        "variations": [{"n": 0}, {"n": 1}, {"n": 2}],
        "offVariation": 0,
        "fallthrough": {"rollout": {"variations": variations}},
    }
    return {"flags": {"Menu.Style": flag}}


@contextmanager
def launchdarkly(content: JSONValue, folder: Path) -> Iterator[Ask]:
    """Ask LaunchDarkly's own SDK, which reads the file."""
    library = pytest.importorskip("ldclient")
    integrations = pytest.importorskip("ldclient.integrations")
    logging.getLogger("ldclient").setLevel(logging.ERROR)
    path = folder / "flags.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    source = integrations.Files.new_data_source(paths=[str(path)])
    config = library.Config("none", update_processor_class=source, send_events=False)
    with library.LDClient(config) as client:
        yield lambda key: client.variation(
            "Menu.Style", library.Context.create(key), None
        )


@pytest.mark.parametrize(
    ("source", "file", "product"),
    [
        ("flagd", flagd_file, flagd),
        ("unleash", unleash_file, unleash),
        ("growthbook", growthbook_file, growthbook),
        ("launchdarkly", launchdarkly_file, launchdarkly),
    ],
    ids=["flagd", "unleash", "growthbook", "launchdarkly"],
)
def test_everybody_keeps_their_variant(
    source: str, file: Callable[[], JSONValue], product: object, tmp_path: Path
) -> None:
    """Imported, compiled and evaluated here against asked there."""
    content = file()
    ours = moved(source, content)
    assert callable(product)
    with product(content, tmp_path) as theirs:
        for number in range(SUBJECTS):
            key = f"user-{number}"
            assert ours(key) == theirs(key), key
