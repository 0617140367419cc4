"""One rollout flag in other products' Python SDKs, where they are installed.

The flag: on for `tenant-1`, off for `tenant-2`, for all others on for a quarter of the
subjects. Each product is asked in process, without a network, with value and reason. It
is imported where it is asked, so that the others need not be there.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from companyos.digests import JSONObject, JSONValue
from companyos.identity.subjects import Subject


class Told(Protocol):
    """What every product answers with, under its own names but for this."""

    @property
    def value(self) -> object:
        """Return the flag's value."""
        ...


Ask = Callable[[Subject], Told]


def peers() -> Iterator[tuple[str, Ask]]:
    """Yield each product that is installed, by name, and how it is asked."""
    for name, begin in (
        ("OpenFeature, memory", _openfeature),
        ("flagd-core", _flagd),
        ("GrowthBook", _growthbook),
        ("LaunchDarkly, file", _launchdarkly),
    ):
        try:
            yield name, begin()
        except ImportError:
            print(f"{name:22}   not installed")


def _openfeature() -> Ask:
    from openfeature import api  # noqa: PLC0415
    from openfeature.evaluation_context import EvaluationContext  # noqa: PLC0415
    from openfeature.flag_evaluation import FlagResolutionDetails, Reason  # noqa: PLC0415
    from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider  # noqa: PLC0415

    def quarter(
        _flag: InMemoryFlag[bool], context: EvaluationContext
    ) -> FlagResolutionDetails[bool]:
        tenant = context.attributes.get("tenant")
        if tenant in {"tenant-1", "tenant-2"}:
            on = tenant == "tenant-1"
            return FlagResolutionDetails(value=on, reason=Reason.TARGETING_MATCH)
        on = sum((context.targeting_key or "").encode()) % 4 == 0
        return FlagResolutionDetails(value=on, reason=Reason.SPLIT)

    variants = {"on": True, "off": False}
    flag = InMemoryFlag("off", variants, context_evaluator=quarter)
    api.set_provider_and_wait(InMemoryProvider({"f": flag}))
    client = api.get_client()
    return lambda subject: client.get_boolean_details(
        "f",
        False,
        EvaluationContext(subject.subject_id, {"tenant": subject.tenant_id}),
    )


def _flagd() -> Ask:
    from openfeature.contrib.tools.flagd.core import FlagdCore  # noqa: PLC0415
    from openfeature.evaluation_context import EvaluationContext  # noqa: PLC0415

    is_tenant: list[JSONValue] = [
        {"===": [{"var": "tenant"}, name]} for name in ("tenant-1", "tenant-2")
    ]
    shares: JSONValue = {"fractional": [["on", 25], ["off", 75]]}
    flag: JSONObject = {
        "state": "ENABLED",
        "variants": {"on": True, "off": False},
        "defaultVariant": "off",
        "targeting": {"if": [is_tenant[0], "on", is_tenant[1], "off", shares]},
    }
    core = FlagdCore()
    core.set_flags(json.dumps({"flags": {"f": flag}}))
    return lambda subject: core.resolve_boolean_value(
        "f",
        False,
        EvaluationContext(subject.subject_id, {"tenant": subject.tenant_id}),
    )


def _growthbook() -> Ask:
    from growthbook import GrowthBook  # noqa: PLC0415

    rules = [
        {"condition": {"tenant": "tenant-1"}, "force": True},
        {"condition": {"tenant": "tenant-2"}, "force": False},
        {"force": True, "coverage": 0.25, "hashAttribute": "id"},
    ]
    sdk = GrowthBook(features={"f": {"defaultValue": False, "rules": rules}})

    def ask(subject: Subject) -> Told:
        sdk.set_attributes({"id": subject.subject_id, "tenant": subject.tenant_id})
        return sdk.eval_feature("f")

    return ask


def _launchdarkly() -> Ask:
    from ldclient import Config, Context, LDClient  # noqa: PLC0415
    from ldclient.integrations import Files  # noqa: PLC0415

    logging.getLogger("ldclient").setLevel(logging.ERROR)
    rules: list[JSONValue] = [
        {
            "variation": variation,
            "clauses": [{"attribute": "tenant", "op": "in", "values": [name]}],
        }
        for variation, name in ((0, "tenant-1"), (1, "tenant-2"))
    ]
    shares: list[JSONValue] = [
        {"variation": 0, "weight": 25_000},
        {"variation": 1, "weight": 75_000},
    ]
    flag: JSONObject = {
        "key": "f",
        "version": 1,
        "on": True,
        "salt": "s",
        "variations": [True, False],
        "offVariation": 1,
        "rules": rules,
        "fallthrough": {"rollout": {"variations": shares}},
    }
    path = Path(tempfile.mkdtemp(prefix="companyos-benchmark-"), "flags.json")
    path.write_text(json.dumps({"flags": {"f": flag}}), encoding="utf-8")
    source = Files.new_data_source(paths=[str(path)])
    client = LDClient(Config("none", update_processor_class=source, send_events=False))

    def ask(subject: Subject) -> Told:
        context = Context.builder(subject.subject_id).set("tenant", subject.tenant_id)
        return client.variation_detail("f", context.build(), False)

    return ask
