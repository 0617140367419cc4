"""Bucketings against the products they are of: ten thousand subjects each."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from companyos.flags.bucketing import share_of
from companyos.flags.pins import BUCKETINGS

pytestmark = pytest.mark.oracle

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.@åé漢😀"
CHANCE = Random("keys")  # noqa: S311 - the same keys every time
KEYS = tuple(
    "".join(CHANCE.choices(LETTERS, k=CHANCE.randint(1, 30))) for _ in range(10_000)
)
WEIGHTS = (10_000, 20_000, 70_000)
BOUNDS = (10_000, 30_000, 100_000)
NAMES = ("a", "b", "c")


def ours(
    name: str, salt: str, bounds: tuple[int, ...] = BOUNDS
) -> Callable[[str], int]:
    """Return which share this bucketing gives a key."""
    bucketing = BUCKETINGS[name]
    number_of, limits = bucketing.numbers(salt), bucketing.limits(bounds)
    return lambda key: share_of(number_of(key), limits)


def test_flagd_3_is_flagd() -> None:
    """The core of flagd's own provider for Python."""
    core = pytest.importorskip("openfeature.contrib.tools.flagd.core")
    context = pytest.importorskip("openfeature.evaluation_context")
    engine = core.FlagdCore()
    shares = [[name, weight] for name, weight in zip(NAMES, WEIGHTS, strict=True)]
    flag = {
        "state": "ENABLED",
        "variants": {name: name for name in NAMES},
        "defaultVariant": "a",
        "targeting": {"fractional": shares},
    }
    engine.set_flags(json.dumps({"flags": {"f": flag}}))
    mine = ours("flagd/3", "f")
    for key in KEYS:
        found = engine.resolve_string_value(
            "f", "", context.EvaluationContext(targeting_key=key)
        )
        assert found.value == NAMES[mine(key)], key


def test_unleash_is_unleash() -> None:
    """The engine that all of Unleash's clients share, rollouts and variants."""
    yggdrasil = pytest.importorskip("yggdrasil_engine.engine")
    engine = yggdrasil.UnleashEngine()
    parameters = {"rollout": "37", "stickiness": "userId", "groupId": "g"}
    everybody = {**parameters, "rollout": "100"}
    strategy = {
        "name": "flexibleRollout",
        "parameters": parameters,
        "variants": [
            {"name": name, "weight": weight // 100, "stickiness": "userId"}
            for name, weight in zip(NAMES, WEIGHTS, strict=True)
        ],
    }
    features = [
        {"name": "part", "enabled": True, "strategies": [strategy]},
        {
            "name": "all",
            "enabled": True,
            "strategies": [{**strategy, "parameters": everybody}],
        },
    ]
    engine.take_state(json.dumps({"version": 1, "features": features}))
    part, variant = ours("unleash", "g", (37, 100)), ours("unleash/variants", "g")
    for key in KEYS:
        context = {"userId": key}
        enabled = engine.is_enabled("part", context).is_enabled
        assert enabled == (part(key) == 0), key
        found = engine.get_variant("all", context).variant.name
        assert found == NAMES[variant(key)], key


@pytest.mark.parametrize("version", [1, 2])
def test_growthbook_is_growthbook(version: int) -> None:
    """GrowthBook's own SDK, an experiment of three weights."""
    growthbook = pytest.importorskip("growthbook")
    experiment = growthbook.Experiment(
        key="e",
        variations=list(NAMES),
        weights=[weight / 100_000 for weight in WEIGHTS],
        seed="seed",
        hashVersion=version,
        hashAttribute="id",
    )
    sdk = growthbook.GrowthBook(attributes={})
    mine = ours(f"growthbook/{version}", "seed")
    for key in KEYS:
        sdk.set_attributes({"id": key})
        assert sdk.run(experiment).value == NAMES[mine(key)], key


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("salt", ["", "seed", "å漢😀"])
def test_growthbook_hashes_alike(version: int, salt: str) -> None:
    """The number itself, from the SDK's own `gbhash`."""
    core = pytest.importorskip("growthbook.core")
    number_of = BUCKETINGS[f"growthbook/{version}"].numbers(salt)
    steps = {1: 1_000, 2: 10_000}[version]
    for key in KEYS:
        assert core.gbhash(salt, key, version) == number_of(key) / steps, key


def test_launchdarkly_is_launchdarkly(tmp_path: Path) -> None:
    """LaunchDarkly's own SDK, with its source of flags from a file."""
    ldclient = pytest.importorskip("ldclient")
    integrations = pytest.importorskip("ldclient.integrations")
    logging.getLogger("ldclient").setLevel(logging.ERROR)
    variations = [
        {"variation": number, "weight": weight} for number, weight in enumerate(WEIGHTS)
    ]
    flag = {
        "key": "f",
        "version": 1,
        "on": True,
        "salt": "s",
        "variations": list(NAMES),
        "offVariation": 0,
        "fallthrough": {"rollout": {"variations": variations}},
    }
    path = tmp_path / "flags.json"
    path.write_text(json.dumps({"flags": {"f": flag}}), encoding="utf-8")
    source = integrations.Files.new_data_source(paths=[str(path)])
    config = ldclient.Config("none", update_processor_class=source, send_events=False)
    with ldclient.LDClient(config) as client:
        mine = ours("launchdarkly", "f.s")
        for key in KEYS:
            found = client.variation("f", ldclient.Context.create(key), None)
            assert found == NAMES[mine(key)], key
